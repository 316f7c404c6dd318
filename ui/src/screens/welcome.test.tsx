import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { App } from "../app/Shell";
import { announce, boot, firstSettings } from "../engine/store";

const calls: { name: string; args: unknown }[] = [];

beforeEach(() => {
  calls.length = 0;
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("WebSocket", class { close() {} });
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const name = address.replace("/cmd/", "");
    calls.push({ name, args: JSON.parse(body) });
    const answers: Record<string, unknown> = {
      start: { device: "d", person: null, settings: firstSettings, spaces: [], version: "1", left_at: null },
      sync: { state: "no_server", waiting: 0, spaces: [] },
      spaces: [],
      found: { space: "s", recovery: "word word" },
    };
    return new Response(JSON.stringify(answers[name] ?? null));
  });
});

test("a delegate begins alone, with a name and an organisation, and is shown the recovery key", async () => {
  const stop = boot(() => null);
  const user = userEvent.setup();
  render(<App />);
  await user.click(await screen.findByRole("button", { name: "متابعة" }));
  expect(screen.getByText("اكتب اسمك")).toBeTruthy();
  expect(document.documentElement.dir).toBe("rtl");

  await user.click(screen.getByRole("radio", { name: "English" }));
  expect(document.documentElement.dir).toBe("ltr");
  await user.click(screen.getByRole("radio", { name: "العربية" }));

  await user.type(screen.getByLabelText("الاسم"), "زينب");
  await user.type(screen.getByLabelText("الجهة"), "قسم العلاقات");
  await user.click(screen.getByRole("button", { name: "متابعة" }));
  await user.click(await screen.findByRole("button", { name: "ابدأ وحدك" }));
  await user.click(screen.getByRole("button", { name: "أسّس المساحة" }));
  expect(await screen.findByText("word word")).toBeTruthy();
  expect(calls.find(({ name }) => name === "set_person")?.args).toEqual({ person: { name: "زينب", organisation: "قسم العلاقات" } });
  expect(calls.find(({ name }) => name === "found")?.args).toEqual({ title: "ملاحظات قسم العلاقات", enter_link: null });

  announce([{ event: "storage_failed", reason: "disk full" }]);
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("تعذّرت الكتابة"));
  stop();
});
