import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { goInstead } from "../app/router";
import { App } from "../app/Shell";
import { useEditSeen } from "../engine/edit";
import { forgetAnswers } from "../engine/query";
import { announce, boot, firstSettings } from "../engine/store";
import type { Edit, Item, PlanItem } from "../engine/types";
import { useMove } from "./plan/move";

const name = { space: "s".repeat(64), document: "d".repeat(32) };
const id = (letter: string) => letter.repeat(32);
const item = (letter: string, part: Partial<PlanItem>): Item<PlanItem> => ({
  id: id(letter), deleted_at_ms: null, conflicting: [], responsible: null, committee: null, due: null, recurrence: null, duration: null, status: null, progress: null,
  origin: null, wording: "", supporting: [], depends_on: [], remarks: [], evidence: [], ...part,
});
const person = { member: "m", device: "m", name: "علي", organisation: "ديوان", is_me: false };
let edits: Edit[] = [];
let calls: { name: string; args: unknown }[] = [];
let stop: () => void;
let shownHeads: string[];

beforeEach(() => {
  edits = [];
  calls = [];
  shownHeads = ["h"];
  forgetAnswers();
  stop?.();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  vi.stubGlobal("WebSocket", class { close() {} });
  const content = {
    kind: "plan", title: "الخطة المشتركة",
    items: [
      item("a", { wording: "تبادل الخبرات" }),
      { ...item("b", { wording: "إقامة دورات", responsible: "العتبة", due: "2020-01-01" }), conflicting: ["due"] },
      item("c", { wording: "دليل فصلي", responsible: "ديوان", status: "done" }),
      { ...item("e", { wording: "محذوف" }), deleted_at_ms: 1 },
    ],
  };
  const space = { space: name.space, title: "مساحة", role: "editor", standing: "member", server: null, organisations: ["العتبة"], members: 2 };
  const rivals = [{ value: "2020-01-01", by: person, at_ms: 1 }, { value: "2030-05-01", by: { ...person, name: "زينب" }, at_ms: 2 }];
  const answers: Record<string, unknown> = {
    start: { device: "d", person: { name: "زينب", organisation: "عتبة" }, settings: firstSettings, spaces: [space], version: "1", left_at: null },
    sync: { state: "no_server", waiting: 0, spaces: [] },
    document: { name, content, conflicts: [{ at: ["items", id("b")], field: "due", rivals }], is_binned: false, may_write: true, is_on_device_only: false, readers: [] },
    since: { name, from: ["f"], to: ["t"], lines: [
      { by: [person], at_ms: 1, at: ["items", id("a")], field: "wording", about: "تبادل الخبرات", change: "text", pieces: [{ piece: "kept", text: "تبادل " }, { piece: "removed", text: "العلوم" }, { piece: "added", text: "الخبرات" }] },
      { by: [person], at_ms: 1, at: ["items", id("b")], field: "status", about: "إقامة دورات", change: "field", old: null, new: "in_progress" },
    ] },
    edit: { heads: ["x"] },
  };
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const command = address.replace("/cmd/", "");
    calls.push({ name: command, args: JSON.parse(body) });
    if (command === "edit") edits.push(...(JSON.parse(body).edits as Edit[]));
    const answer = answers[command] ?? null;
    return new Response(JSON.stringify(command === "document" ? { ...(answer as object), heads: shownHeads } : answer));
  });
  stop = boot(() => null);
  render(<App />);
});

function Mover() {
  const move = useMove(useEditSeen({ name, heads: ["h"] }), [id("x"), id("a"), id("b")]);
  return <button type="button" onClick={() => void move(item("a", {}), { status: "in_progress", position: "last" })}>move</button>;
}

test("what is moved has a way back to its status and its place", async () => {
  const user = userEvent.setup();
  render(<Mover />);
  await user.click(await screen.findByRole("button", { name: "move" }));
  const at = ["items", id("a")];
  const moved = [{ edit: "set", at, field: "status", value: "in_progress" }, { edit: "move_to", at, position: "last" }];
  await waitFor(() => expect(edits).toEqual(moved));
  await user.click(await screen.findByRole("button", { name: "تراجع" }));
  await waitFor(() => expect(edits).toEqual([...moved, { edit: "set", at, field: "status", value: null }, { edit: "move_to", at, position: { after: id("x") } }]));
});

test("every card has a button that moves it without dragging", async () => {
  goInstead("plan", name);
  expect(await screen.findByRole("button", { name: "نقل: تبادل الخبرات" })).toBeTruthy();
});

test("what lacks an owner or a date says so, and what is late too; the bin's items are not there", async () => {
  goInstead("plan", name);
  const card = (await screen.findByText("تبادل الخبرات")).closest("li")!;
  expect(within(card).getByText("يحتاج إلى جهة مسؤولة")).toBeTruthy();
  expect(within(card).getByText("يحتاج إلى موعد")).toBeTruthy();
  expect(within(screen.getByText("إقامة دورات").closest("li")!).getByText("متأخر")).toBeTruthy();
  expect(screen.queryByText("محذوف")).toBeNull();
});

test("filters stand in the address and can be taken off", async () => {
  const user = userEvent.setup();
  goInstead("plan", name);
  await user.click(await screen.findByRole("button", { name: /متأخر/ }));
  await waitFor(() => expect(decodeURIComponent(location.hash)).toContain("late=1"));
  await waitFor(() => expect(screen.queryByText("تبادل الخبرات")).toBeNull());
  expect(screen.getByText("إقامة دورات")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: /لجهتنا/ }));
  expect(await screen.findByText("إقامة دورات")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: /يحتاج إلى جهة/ }));
  await user.click(await screen.findByRole("button", { name: "إزالة التصفية" }));
  expect(await screen.findByText("تبادل الخبرات")).toBeTruthy();
});

test("a field that two people set shows both values, with names, until one is chosen", async () => {
  const user = userEvent.setup();
  goInstead("plan-item", { ...name, item: id("b") });
  const both = await screen.findByRole("group", { name: "الموعد" });
  expect(within(both).getByText("علي")).toBeTruthy();
  expect(within(both).getByText("زينب")).toBeTruthy();
  await user.click(within(both).getByRole("button", { name: /أيار/ }));
  await waitFor(() => expect(edits).toEqual([{ edit: "set", at: ["items", id("b")], field: "due", value: "2030-05-01" }]));
});

test("a field that two people set says so on board, table and timeline", async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  for (const view of ["board", "table", "timeline"]) {
    cleanup();
    render(<App />);
    goInstead("plan", { ...name, view });
    expect(await screen.findAllByText("لم يُحسم: الموعد")).toHaveLength(1);
  }
});

test("an item opens beside the plan in a wide window, and the plan stays where it was", async () => {
  const user = userEvent.setup();
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  cleanup();
  render(<App />);
  goInstead("plan", name);
  const card = await screen.findByRole("link", { name: "إقامة دورات" });
  const pane = screen.getByRole("main");
  pane.scrollTop = 77;
  fireEvent.scroll(pane);
  await user.click(card);
  const beside = await screen.findByRole("region", { name: "بند" });
  expect([card.isConnected, pane.scrollTop]).toEqual([true, 77]);
  await user.click(await screen.findByRole("link", { name: "تبادل الخبرات" }));
  await waitFor(() => expect(beside.isConnected).toBe(false));
  expect([card.isConnected, pane.scrollTop]).toEqual([true, 77]);
  await user.click(await screen.findByRole("button", { name: "إغلاق البند" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("link", { name: "تبادل الخبرات" })));
  expect([card.isConnected, pane.scrollTop]).toEqual([true, 77]);
});

test("Escape closes the item beside the plan, after what is typed in it is stored", async () => {
  const user = userEvent.setup();
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  cleanup();
  render(<App />);
  goInstead("plan-item", { ...name, item: id("a") });
  await user.type(await screen.findByLabelText(/^الإنجاز/), "40{Escape}");
  await waitFor(() => expect(location.hash).toMatch(/^#\/plan\?/));
  await waitFor(() => expect(edits).toContainEqual({ edit: "set", at: ["items", id("a")], field: "progress", value: 40 }));
});

test("an item is removed with a way back", async () => {
  const user = userEvent.setup();
  goInstead("plan-item", { ...name, item: id("b") });
  await user.click(await screen.findByRole("button", { name: "حذف البند" }));
  await user.click(await screen.findByRole("button", { name: "تراجع" }));
  await waitFor(() => expect(edits).toEqual([{ edit: "remove", at: ["items", id("b")] }, { edit: "restore", at: ["items", id("b")] }]));
});

test("the wording is stored at a pause, without leaving the field", async () => {
  const user = userEvent.setup();
  goInstead("plan-item", { ...name, item: id("a") });
  await user.type(await screen.findByLabelText("الصياغة"), " بينهم");
  await waitFor(() => expect(edits.at(-1)).toEqual({ edit: "set_text", at: ["items", id("a")], field: "wording", text: "تبادل الخبرات بينهم" }));
});

test("what changed is told by person, old against new, and one change is undone by its place in the answer", async () => {
  const user = userEvent.setup();
  goInstead("since-you-looked", name);
  expect((await screen.findByText("العلوم")).closest("del")).toBeTruthy();
  expect(screen.getByText("الخبرات", { selector: "ins" })).toBeTruthy();
  const undo = screen.getAllByRole("button", { name: "التراجع عن هذا التغيير" });
  await user.click(undo[1]!);
  await waitFor(() => expect(calls.find((call) => call.name === "undo_line")?.args).toEqual({ name, from: ["f"], to: ["t"], line: 1 }));
  await user.click(screen.getByRole("button", { name: "اطّلعت" }));
  await waitFor(() => expect(calls.find((call) => call.name === "mark_seen")?.args).toEqual({ name, heads: ["t"] }));
});

test("a field is set on the version in which it began to be written, whatever came meanwhile", async () => {
  const user = userEvent.setup();
  goInstead("plan-item", { ...name, item: id("a") });
  const progress = await screen.findByRole("textbox", { name: /الإنجاز/ });
  await user.type(progress, "40");
  shownHeads = ["h", "theirs"];
  act(() => announce([{ event: "document_changed", name, by: ["m"] }]));
  await waitFor(() => expect(calls.filter((call) => call.name === "document").length).toBeGreaterThan(1));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(edits).toEqual([{ edit: "set", at: ["items", id("a")], field: "progress", value: 40 }]));
  expect(calls.findLast((call) => call.name === "edit")!.args).toMatchObject({ heads: ["h"] });
  await user.click(screen.getByRole("radio", { name: "مستمر" }));
  await waitFor(() => expect(edits).toHaveLength(2));
  expect(calls.findLast((call) => call.name === "edit")!.args).toMatchObject({ heads: ["h", "theirs"] });
});
