import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { App } from "../app/Shell";
import { goInstead } from "../app/router";
import { announce, boot, firstSettings } from "../engine/store";

const calls: { name: string; args: unknown }[] = [];
const shared = { space: "g", title: "الملتقى", role: "editor", standing: "member", server: "https://example.org", organisations: [], members: 9 };
let start: object;
let joined: object;

beforeEach(() => {
  calls.length = 0;
  start = { device: "d", person: null, settings: firstSettings, spaces: [], version: "1", left_at: null };
  joined = shared;
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} unobserve() {} });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("WebSocket", class { close() {} });
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const name = address.replace("/cmd/", "");
    calls.push({ name, args: JSON.parse(body) });
    const answers: Record<string, unknown> = {
      start,
      sync: { state: "no_server", waiting: 0, spaces: [] },
      spaces: [],
      found: { space: "s", recovery: "word word", recovery_svg: null },
      read_link: { link: "invite", server: "https://example.org", space: "g" },
      join: joined,
      documents: [],
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
  stop();
});

test("who joined by invitation founds a space of their own, and the new notes go there", async () => {
  start = { ...start, person: { name: "زينب", organisation: "قسم العلاقات" }, settings: { ...firstSettings, home_space: "g" }, spaces: [shared] };
  goInstead("today");
  const stop = boot(() => null);
  const user = userEvent.setup();
  render(<App />);
  await user.click((await screen.findAllByRole("button", { name: /الملتقى/ }))[0]!);
  await user.click(await screen.findByRole("menuitem", { name: "مساحة أخرى…" }));
  expect(await screen.findByRole("heading", { name: "مساحة أخرى" })).toBeTruthy();
  expect(screen.queryByLabelText("الاسم")).toBeNull();
  await user.click(screen.getByRole("button", { name: "ابدأ وحدك" }));
  expect(screen.getByRole<HTMLInputElement>("switch", { name: "احفظ ملاحظاتي الجديدة فيها" }).checked).toBe(true);
  await user.click(screen.getByRole("button", { name: "أسّس المساحة" }));
  expect(await screen.findByText("word word")).toBeTruthy();
  expect(calls.find(({ name }) => name === "set_settings")?.args).toEqual({ settings: { ...firstSettings, home_space: "s" } });
  stop();
});

test("who joins and has to wait for an admin is told so", async () => {
  start = { ...start, person: { name: "زينب", organisation: "قسم العلاقات" } };
  joined = { ...shared, standing: "held" };
  goInstead("join", { link: "multaqa://join#x" });
  const stop = boot(() => null);
  const user = userEvent.setup();
  render(<App />);
  await user.click(await screen.findByRole("button", { name: "انضم" }));
  expect(await screen.findByText(/انضمامك بانتظار موافقة مشرف/)).toBeTruthy();
  expect(screen.queryByText("انضممت")).toBeNull();
  stop();
});

test("a failing disk is told at once, and for as long as it fails", async () => {
  const stop = boot(() => null);
  render(<App />);
  announce([{ event: "storage_failed", reason: "disk full" }]);
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("تعذّرت الكتابة"));
  announce([{ event: "storage_works" }]);
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  stop();
});
