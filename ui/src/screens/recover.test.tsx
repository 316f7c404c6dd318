import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { goInstead } from "../app/router";
import { App } from "../app/Shell";
import { boot, firstSettings } from "../engine/store";
import type { LinkView, SheetRead } from "../engine/types";

const calls: { name: string; args: unknown }[] = [];
let sheet: SheetRead;
let link: LinkView | null;
let person: object | null;
let stop: () => void;

beforeEach(() => {
  calls.length = 0;
  sheet = { sheet: "whole" };
  link = { link: "invite", server: "https://example.org", space: "g" };
  person = { name: "زينب", organisation: "قسم العلاقات" };
  stop?.();
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} unobserve() {} });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("WebSocket", class { close() {} });
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const name = address.replace("/cmd/", "");
    calls.push({ name, args: JSON.parse(body) });
    if (name === "read_link" && !link) return new Response(JSON.stringify({ code: "invalid", message: "" }), { status: 400 });
    const answers: Record<string, unknown> = {
      start: { device: "d", person, settings: firstSettings, spaces: [], version: "1", left_at: null },
      sync: { state: "no_server", waiting: 0, spaces: [] }, spaces: [], documents: [], read_sheet: sheet, read_link: link,
      recover: { space: "g", title: "", role: null, standing: "waiting", server: "https://example.org", organisations: [], members: 0 },
    };
    return new Response(JSON.stringify(answers[name] ?? null));
  });
  goInstead("recover");
});

async function open() {
  stop = boot(() => null);
  render(<App />);
  await screen.findByRole("heading", { name: person ? "استعد مساحة" : "قل اسمك وجهتك أولًا" });
  return userEvent.setup();
}
const button = () => screen.getByRole<HTMLButtonElement>("button", { name: "استعد المساحة" });

test("a typed key and any invitation to the space bring it back", async () => {
  const user = await open();
  expect(button().disabled).toBe(true);
  await user.type(screen.getByRole("textbox", { name: "مفتاح الاسترداد" }), "٠A1B");
  expect(await screen.findByText("المفتاح مكتمل")).toBeTruthy();
  await user.type(screen.getByRole("textbox", { name: "رابط المساحة" }), "multaqa://join");
  await waitFor(() => expect(button().disabled).toBe(false));
  await user.click(button());
  await waitFor(() => expect(calls.find(({ name }) => name === "recover")?.args).toEqual({ key: "٠A1B", link: "multaqa://join" }));
});

test("the group with the mistake is named, and what is only half typed is not held against anyone", async () => {
  const user = await open();
  const field = screen.getByRole("textbox", { name: "مفتاح الاسترداد" });
  sheet = { sheet: "wrong", group: 7 };
  await user.type(field, "1");
  expect(await screen.findByText("في المجموعة ٧ خطأ: راجعها على الورقة.")).toBeTruthy();
  sheet = { sheet: "groups", groups: 3 };
  await user.type(field, "2");
  await waitFor(() => expect(screen.queryByText(/في المجموعة ٧/)).toBeNull());
  expect(screen.queryByText(/وهنا ٣/)).toBeNull();
  await user.tab();
  expect(await screen.findByText(/وهنا ٣/)).toBeTruthy();
  sheet = { sheet: "letter", group: 2, letter: "ب" };
  await user.type(field, "ب");
  expect(await screen.findByText(/«ب» في المجموعة ٢/)).toBeTruthy();
  expect(button().disabled).toBe(true);
});

test("the sheet's own link needs no key, and a server's link is told apart", async () => {
  const user = await open();
  link = { link: "enter", server: "https://example.org" };
  await user.type(screen.getByRole("textbox", { name: "رابط المساحة" }), "m");
  expect(await screen.findByText(/هذا رابط خادم لا يقول أي مساحة/)).toBeTruthy();
  link = null;
  await user.type(screen.getByRole("textbox", { name: "رابط المساحة" }), "u");
  expect(await screen.findByText(/هذا ليس رابط مساحة/)).toBeTruthy();
  link = { link: "recovery", server: "https://example.org", space: "g" };
  await user.type(screen.getByRole("textbox", { name: "رابط المساحة" }), "l");
  expect(await screen.findByText(/قُرئت الورقة/)).toBeTruthy();
  expect(screen.queryByRole("textbox", { name: "مفتاح الاسترداد" })).toBeNull();
  expect(button().disabled).toBe(false);
});

test("who has said no name is asked for it first", async () => {
  person = null;
  await open();
  expect(screen.getByRole("link", { name: "إلى البداية" })).toBeTruthy();
});
