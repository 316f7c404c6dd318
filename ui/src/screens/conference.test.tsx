import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { go } from "../app/router";
import { App } from "../app/Shell";
import { dayOf } from "../arabic/dates";
import { forgetAnswers } from "../engine/query";
import { boot, firstSettings } from "../engine/store";
import type { Conference, Edit, Item } from "../engine/types";
import { markOf } from "../look/OrganisationMark";
import { toast } from "../parts/toast";

const space = "s";
const name = { space, document: "c" };
const item = <T,>(id: string, part: T): Item<T> => ({ id, deleted_at_ms: null, conflicting: [], ...part });
const person = (id: string, called: string) => item(id, { honorific: null, name: called, post: null, attendance: null });
const statement = "اتفق المجتمعون: 1ـ تبادل الخبرات 2ـ إصدار دليل فصلي وفي الختام نشكر الحاضرين";

let conference: Conference;
let mayWrite: boolean;
let isBinned: boolean;
let role: string;
let calls: { name: string; args: Record<string, unknown> }[];
const edited = () => calls.flatMap(({ name, args }) => (name === "edit" ? (args["edits"] as Edit[]) : []));

beforeEach(() => {
  calls = [];
  mayWrite = true;
  isBinned = false;
  role = "editor";
  forgetAnswers();
  conference = {
    title: "الملتقى التنسيقي", series: null, ordinal: 8, host: null, venue: "كربلاء", starts_on: dayOf(Date.now()), ends_on: null, invitation_number: null,
    invitation_date: null, minutes_state: null, communique: "", committees: [], recommendations: [],
    delegations: [item("d", { organisation: "قسم العلاقات", head: null, rapporteur: null, members: [person("m1", "زينب"), person("m2", "أحمد")] })],
    agenda: [item("a", { title: "كلمة المضيّف", kind: "speech" as const, presenter: "الشيخ أحمد", organisation: null, day: null, starts_at: "00:00", planned_minutes: 1440, session: null, minutes: "" })],
  };
  const who = (called: string) => ({ member: called, device: null, name: called, organisation: null, is_me: false });
  const line = { name, kind: "conference", title: conference.title, first_words: "", last_edit_ms: 1, is_binned: false, is_on_device_only: false, conference: null, agenda_item: null, is_unseen: false };
  const answers: Record<string, (args: Record<string, never>) => unknown> = {
    start: () => ({
      device: "d", person: { name: "زينب", organisation: "قسم العلاقات" }, settings: { ...firstSettings, home_space: space }, version: "1", left_at: null,
      spaces: [{ space, title: "الملتقى", role, standing: "member", server: null, organisations: [], members: 1 }],
    }),
    sync: () => ({ state: "no_server", waiting: 0, spaces: [] }),
    documents: ({ kind }) => (kind === "conference" || kind === null ? [line] : []),
    document: ({ heads }: { heads?: string[] | null }) => ({
      name, heads: [], content: { kind: "conference", ...conference, ...(heads ? { minutes_state: "draft" as const } : {}) }, is_binned: isBinned, may_write: mayWrite, is_on_device_only: false, readers: [],
      conflicts: [{ at: [], field: "venue", rivals: [{ value: "كربلاء", by: who("زينب"), at_ms: 1 }, { value: "النجف", by: who("أحمد"), at_ms: 1 }] }],
    }),
    history: () => ["now", "then"].map((head) => ({ heads: [head], before: ["made"], by: who("زينب"), from_ms: 1, to_ms: 1, changes: 1 })),
    edit: () => ({ heads: [] }),
    binned_items: () => [["agenda", "gone"], ["recommendations", "gone"]].map((at) => ({ at, about: "", deleted_at_ms: 1 })),
    create: () => ({ space, document: "note" }),
    read_statement: () => [
      { number: 1, ...at("تبادل الخبرات"), committee: null, recurrence: null, duration: null, axis: null },
      { number: 2, ...at("إصدار دليل فصلي"), committee: "لجنة الدليل", recurrence: "quarterly", duration: null, axis: null },
    ],
  };
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.stubGlobal("WebSocket", class { close() {} });
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} unobserve() {} });
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const command = address.replace("/cmd/", "");
    calls.push({ name: command, args: JSON.parse(body) });
    return new Response(JSON.stringify(answers[command]?.(JSON.parse(body)) ?? null));
  });
});

function at(words: string) {
  const start = statement.indexOf(words);
  return { start, end: start + words.length, wording: words };
}

async function open(...to: Parameters<typeof go>) {
  boot(() => null);
  render(<App />);
  await act(async () => go(...to));
  return userEvent.setup();
}
const main = () => within(screen.getByRole("main"));

test("a value is written where it stands, and saved when it is left", async () => {
  const user = await open("conference", name);
  await user.click(await main().findByRole("button", { name: /^عنوان المؤتمر/ }));
  const field = main().getByRole("textbox", { name: "عنوان المؤتمر" });
  expect(document.activeElement).toBe(field);
  await user.clear(field);
  await user.type(field, "الملتقى الثامن{Enter}");
  await waitFor(() => expect(edited()).toEqual([{ edit: "set", at: [], field: "title", value: "الملتقى الثامن" }]));
});

test("what two people set at once stands with both names until someone chooses", async () => {
  const user = await open("conference", name);
  const rivals = within(await main().findByRole("group", { name: /المكان/ }));
  expect(rivals.getByText("أحمد")).toBeTruthy();
  await user.click(rivals.getByRole("button", { name: /النجف/ }));
  expect(edited()).toEqual([{ edit: "set", at: [], field: "venue", value: "النجف" }]);
});

test("attendance is marked with one press a member, or for all that are not marked", async () => {
  const user = await open("conference", { ...name, tab: "delegations" });
  const marks = within(await main().findByRole("radiogroup", { name: "حضور زينب" }));
  expect(marks.getAllByRole("radio")).toHaveLength(3);
  await user.click(marks.getByRole("radio", { name: "معتذر" }));
  await user.click(main().getByRole("button", { name: "الجميع حاضرون" }));
  expect(edited().map((edit) => ["value" in edit && edit.value, edit.at.at(-1)])).toEqual([["excused", "m1"], ["present", "m1"], ["present", "m2"]]);
});

test("who may only read sees a letter without fields", async () => {
  mayWrite = false;
  await open("conference", name);
  expect(await main().findByRole("heading", { level: 1, name: "الملتقى التنسيقي" })).toBeTruthy();
  expect(main().queryByRole("button", { name: /^عنوان المؤتمر/ })).toBeNull();
  expect(main().queryByText("حدّد الجهة المضيّفة")).toBeNull();
});

test("a statement's items become recommendations, and a suggestion that nobody took is not written", async () => {
  const user = await open("paste-statement", name);
  await user.click(await main().findByRole("textbox", { name: "نص البيان" }));
  await user.paste(statement);
  await user.click(main().getByRole("button", { name: "استخرج البنود" }));
  const suggestion = (await main().findByRole("switch", { name: /لجنة الدليل/ })) as HTMLInputElement;
  expect(suggestion.checked).toBe(false);
  expect(main().getByText("في النص اقتراحان لم يُعتمدا.")).toBeTruthy();
  await user.click(suggestion);
  expect(suggestion.checked).toBe(true);
  await user.click(suggestion);
  await user.click(main().getByRole("button", { name: "تصحيح البند ٢" }));
  await user.click(main().getByRole("button", { name: "ترك آخر كلمة" }));
  await user.click(main().getByRole("button", { name: "أضف توصيتين" }));
  await waitFor(() => expect(edited()).not.toEqual([]));
  expect(edited().flatMap((edit) => (edit.edit === "set_text" ? [edit.text] : []))).toEqual(["تبادل الخبرات", "إصدار دليل"]);
  expect(edited().flatMap((edit) => (edit.edit === "set" ? [edit.field] : []))).toEqual(["number", "number"]);
  expect(calls.some((call) => call.name === "carry_out")).toBe(false);
});

test("today shows the item that is on, and one press writes a note attached to it", async () => {
  const user = await open("today");
  expect(await main().findByRole("heading", { name: "كلمة المضيّف" })).toBeTruthy();
  await user.click(main().getByRole("button", { name: "اكتب ملاحظة" }));
  await waitFor(() => expect(calls.find((call) => call.name === "create")).toBeTruthy());
  const created = calls.find((call) => call.name === "create")!.args["edits"] as Edit[];
  expect(created.map((edit) => "field" in edit && [edit.field, "value" in edit && edit.value])).toEqual([["conference", "c"], ["agenda_item", "c/a"], ["speaker", "الشيخ أحمد"]]);
});

/** What the note that was made last is about. */
async function created(): Promise<[string, unknown][]> {
  await waitFor(() => expect(calls.find((call) => call.name === "create")).toBeTruthy());
  const made = calls.find((call) => call.name === "create")!.args["edits"] as Edit[];
  return made.flatMap((edit) => (edit.edit === "set" ? [[edit.field, edit.value]] : []));
}
const writeInBar = () => within(screen.getAllByRole("navigation")[0]!).getByRole<HTMLButtonElement>("button", { name: /^اكتب/ });

test("«اكتب» in the bar writes about the item that is on, as the button on the page does", async () => {
  const user = await open("today");
  await main().findByRole("heading", { name: "كلمة المضيّف" });
  await user.click(writeInBar());
  expect(await created()).toEqual([["conference", "c"], ["agenda_item", "c/a"], ["speaker", "الشيخ أحمد"]]);
});

test("«اكتب» in the bar on a recommendation writes about its conference", async () => {
  conference.recommendations = [item("r", { number: 1, duration: null, source_note: null, source_start: null, source_end: null, axis: null, wording: "تبادل الخبرات", addressees: [], carried_by: [] })];
  const user = await open("recommendation", { ...name, item: "r" });
  await main().findByText("تبادل الخبرات");
  await user.click(writeInBar());
  expect(await created()).toEqual([["conference", "c"]]);
});

test("where the agenda has no times nothing is said to be over, and the way leads to the agenda", async () => {
  conference.agenda = conference.agenda.map((entry) => ({ ...entry, starts_at: null }));
  const user = await open("today");
  expect(await main().findByRole("heading", { name: "لا أوقات في جدول الأعمال بعد" })).toBeTruthy();
  expect(main().queryByText("انتهى جدول الأعمال")).toBeNull();
  await user.click(main().getByRole("link", { name: "جدول الأعمال" }));
  await waitFor(() => expect(location.hash).toContain("tab=agenda"));
});

test("who may only read has no button that would be refused, and is told why", async () => {
  role = "viewer";
  await open("today");
  expect(await main().findByText(/لا مساحة لك أن تكتب فيها/)).toBeTruthy();
  expect(main().queryByRole("button", { name: "اكتب ملاحظة" })).toBeNull();
  expect(writeInBar().disabled).toBe(true);
  expect(writeInBar().getAttribute("aria-label")).toContain("للقراءة فقط");
});

test("a failure goes with the screen that it was told on", async () => {
  await open("today");
  act(() => toast({ text: "تعذّر ذلك", isFailure: true }));
  act(() => toast({ text: "حُذف", undo: () => {} }));
  expect(await screen.findByText("تعذّر ذلك")).toBeTruthy();
  await act(async () => go("conferences"));
  await waitFor(() => expect(screen.queryByText("تعذّر ذلك")).toBeNull());
  expect(screen.getByText("حُذف")).toBeTruthy();
});

test("a conference goes to the bin with a way back, and out of it from its own page", async () => {
  const user = await open("conference", name);
  await user.click(await main().findByRole("button", { name: "خيارات «الملتقى التنسيقي»" }));
  await user.click(await screen.findByRole("menuitem", { name: "نقل إلى المحذوفات" }));
  await waitFor(() => expect(edited()).toEqual([{ edit: "remove", at: [] }]));
  await waitFor(() => expect(location.hash).toBe("#/conferences"));
  expect(screen.getByText("نُقل المؤتمر إلى المحذوفات")).toBeTruthy();
  isBinned = true;
  forgetAnswers();
  await act(async () => go("conference", name));
  await main().findByText(/هذا المؤتمر في المحذوفات/);
  await user.click(main().getByRole("button", { name: "استعادة" }));
  await waitFor(() => expect(edited().at(-1)).toEqual({ edit: "restore", at: [] }));
});

test("a removed item of the agenda and a removed recommendation can be restored where they stood", async () => {
  const user = await open("agenda-item", { ...name, item: "gone" });
  await main().findByText("حُذفت هذه الفقرة");
  await user.click(main().getByRole("button", { name: "استعادة" }));
  await waitFor(() => expect(edited()).toEqual([{ edit: "restore", at: ["agenda", "gone"] }]));
  await act(async () => go("recommendation", { ...name, item: "gone" }));
  await main().findByText("حُذفت هذه التوصية");
  await act(async () => go("agenda-item", { ...name, item: "never" }));
  expect(await main().findByText("لا توجد صفحة هنا")).toBeTruthy();
});

test("a new delegation is typed at once, without looking for its field", async () => {
  const user = await open("conference", { ...name, tab: "delegations" });
  await user.click(await main().findByRole("button", { name: "إضافة وفد" }));
  await user.keyboard("العتبة");
  expect(main().getByRole<HTMLInputElement>("combobox", { name: "الجهة" }).value).toBe("العتبة");
});

test("what was written of a new conference is there again after Escape, and gone once it is given up", async () => {
  const user = await open("conferences");
  const begin = async () => {
    await user.click((await screen.findAllByRole("button", { name: "مؤتمر جديد" }))[0]!);
    return within(await screen.findByRole("dialog"));
  };
  await user.type((await begin()).getByRole("textbox", { name: "عنوان المؤتمر" }), "الملتقى التاسع");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const again = await begin();
  expect(again.getByRole<HTMLInputElement>("textbox", { name: "عنوان المؤتمر" }).value).toBe("الملتقى التاسع");
  await user.click(again.getByRole("button", { name: "إلغاء" }));
  expect((await begin()).getByRole<HTMLInputElement>("textbox", { name: "عنوان المؤتمر" }).value).toBe("");
});

/** Two guests whose names alone lead to the same mark. */
function alike(): [string, string] {
  const look = (name: string) => Object.values(markOf(name, new Map())).join();
  const names = Array.from({ length: 200 }, (_, index) => `مؤسسة ${index}`);
  const first = names.find((one, at) => names.slice(at + 1).some((other) => look(one) === look(other)))!;
  return [first, names.findLast((other) => look(other) === look(first))!];
}

test("guests have marks of their own on today, in the list and on the conference's page", async () => {
  const [host, guest] = alike();
  conference = {
    ...conference, host, delegations: [item("d", { ...conference.delegations[0]!, organisation: guest })],
    agenda: conference.agenda.map((entry) => ({ ...entry, organisation: guest })),
  };
  const drawn = (called: string) => {
    const chip = main().getAllByText(called)[0]!.closest(".chip")!;
    return chip.querySelector("path")!.outerHTML;
  };
  // On a phone each line names the delegations too.
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  await open("conferences");
  await waitFor(() => expect(drawn(host)).not.toBe(drawn(guest)));
  const seen = drawn(guest);
  await act(async () => go("conference", { ...name, tab: "delegations" }));
  await waitFor(() => expect(drawn(guest)).toBe(seen));
  await act(async () => go("today"));
  await main().findByText("الشيخ أحمد");
  expect(drawn(guest)).toBe(seen);
});

test("telephone numbers in titles run from left to right on today, in the list and on the page", async () => {
  const telephone = "0770 123 4567";
  conference.agenda = conference.agenda.map((entry) => ({ ...entry, title: `استعلامات ${telephone} للوفود` }));
  await open("today");
  expect(await main().findByText(telephone, { selector: "h2 bdo.telephone" })).toBeTruthy();
  await act(async () => go("conference", { ...name, tab: "agenda" }));
  expect(await main().findByText(telephone, { selector: ".entry-title bdo.telephone" })).toBeTruthy();
});

test("a session's name stands over its items, and a new one is given to all of them", async () => {
  const entry = conference.agenda[0]!;
  const named = (id: string, title: string, session: string | null) => ({ ...entry, id, title, session });
  conference.agenda = [named("a", "التلاوة", null), named("b", "كلمة", "الجلسة الأولى"), named("c", "نقاش", "الجلسة الأولى")];
  const user = await open("conference", { ...name, tab: "agenda" });
  const heads = () => main().getAllByRole("heading", { level: 3 }).map((each) => each.textContent);
  await main().findByRole("link", { name: /التلاوة/ });
  expect(heads()).toEqual(["الجلسة: خارج الجلسات", "الجلسة: الجلسة الأولى"]);
  await user.click(main().getByRole("button", { name: /^الجلسة:.*الأولى$/ }));
  const field = main().getByRole("textbox", { name: "الجلسة" });
  await user.clear(field);
  await user.type(field, "جلسة العمل{Enter}");
  await waitFor(() => expect(edited()).toEqual(["b", "c"].map((id) => ({ edit: "set", at: ["agenda", id], field: "session", value: "جلسة العمل" }))));
  await act(async () => go("agenda-item", { ...name, item: "b" }));
  await user.click(await main().findByRole("button", { name: /^الجلسة:/ }));
  await user.clear(main().getByRole("combobox", { name: "الجلسة" }));
  await user.tab();
  await waitFor(() => expect(edited().at(-1)).toEqual({ edit: "set", at: ["agenda", "b"], field: "session", value: null }));
});

test.each([["approved", 1], ["circulated", 0]] as const)("who restores a version of %s minutes is told whether that takes an approval back", async (state, warnings) => {
  conference.minutes_state = state;
  await open("history", name);
  await userEvent.click((await screen.findAllByRole("button", { name: /زينب/ }))[1]!);
  await userEvent.click(await screen.findByRole("button", { name: "استعادة هذه النسخة" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(within(dialog).queryAllByText(/تلغي المصادقة/)).toHaveLength(warnings);
});
