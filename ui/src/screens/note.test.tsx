import { act, cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { goToHash } from "../app/router";
import { App } from "../app/Shell";
import { ModelEngine } from "../editor/model";
import { forgetAnswers } from "../engine/query";
import { announce, boot, firstSettings } from "../engine/store";
import type { NoteBlock } from "../engine/types";
// Read here, so that a busy machine does not spend the time of a test on reading them.
import "./note";
import "./notes";

const paragraph = (text: string): NoteBlock => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text, marks: {} }] });

/** Another note for each test, so that none finds what the one before left open. */
let name = { space: "s", document: "0" };
const me = { member: "d", device: "d", name: "زينب", organisation: "العتبة الحسينية", is_me: true };
const other = { member: "o", device: "o", name: "علي", organisation: "العتبة العباسية", is_me: false };
const line = { kind: "note", title: "محضر", first_words: "سطر أول", last_edit_ms: Date.now(), is_binned: false, is_on_device_only: true, conference: null, agenda_item: null, is_unseen: true };
let engine: ModelEngine;
let mayWrite: boolean;
let failing: string | null;
let content: object;
const calls: { name: string; args: { edits?: object[] } }[] = [];

beforeEach(() => {
  engine = new ModelEngine([paragraph("سطر أول")]);
  name = { ...name, document: String(Number(name.document) + 1) };
  mayWrite = true;
  failing = null;
  content = { kind: "note", title: "محضر", conference: null, agenda_item: null, speaker: null, tags: ["إعلام"], attachments: [] };
  calls.length = 0;
  forgetAnswers();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.stubGlobal("WebSocket", class { close() {} });
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) => {
    const command = address.replace("/cmd/", "");
    const args = JSON.parse(body);
    calls.push({ name: command, args });
    if (command === "note_flush" && failing) return new Response(JSON.stringify({ code: failing, message: "" }), { status: 400 });
    const space = { space: "s", title: "وفدنا", role: mayWrite ? "editor" : "viewer", standing: "member", server: null, organisations: [me.organisation, other.organisation], members: 2 };
    const answers: Record<string, () => unknown> = {
      start: () => ({ device: "d", person: { name: "زينب", organisation: "العتبة الحسينية" }, settings: { ...firstSettings, home_space: "s" }, spaces: [space], version: "1", left_at: null }),
      sync: () => ({ state: "no_server", waiting: 0, spaces: [] }),
      documents: () => (args.kind === "note" ? [{ ...line, name }] : []),
      document: () => ({ name, heads: [], content, conflicts: [], is_binned: false, may_write: mayWrite, is_on_device_only: true, readers: [me, other] }),
      note_body: () => engine.body(),
      note_flush: () => engine.flush(args),
      edit: () => ({ heads: [] }),
      create: () => name,
    };
    return new Response(JSON.stringify(answers[command]?.() ?? null));
  });
});

function open(hash: string) {
  const stop = boot(() => "s");
  goToHash(hash);
  render(<App />);
  return stop;
}

test("a note says who can read it, shows its text, and shows at once what others write in it", async () => {
  const stop = open(`#/note?space=s&document=${name.document}`);
  const text = await screen.findByRole("textbox", { name: "نص الملاحظة" });
  expect(text.textContent).toBe("سطر أول");
  expect((screen.getByRole("textbox", { name: "عنوان الملاحظة" }) as HTMLTextAreaElement).value).toBe("محضر");
  expect(screen.getByText("إعلام")).toBeTruthy();
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: /يراها شخصان/ }));
  expect(within(await screen.findByRole("dialog")).getByText("علي")).toBeTruthy();
  await user.keyboard("{Escape}");

  engine.write(engine.now(), { from: 0, to: 1, blocks: [paragraph("سطر أول وأكثر"), paragraph("سطر ثانٍ")] });
  announce([{ event: "document_changed", name, by: ["o"] }]);
  await waitFor(() => expect(text.textContent).toBe("سطر أول وأكثرسطر ثانٍ"));
  stop();
});

test("where one may only read, the text can be selected and nothing can be changed", async () => {
  mayWrite = false;
  const stop = open(`#/note?space=s&document=${name.document}`);
  const text = await screen.findByRole("textbox", { name: "نص الملاحظة" });
  expect(text.getAttribute("contenteditable")).toBe("false");
  expect(screen.queryByRole("toolbar")).toBeNull();
  expect(screen.queryByText("إضافة وسم")).toBeNull();
  expect(screen.getByText("للقراءة فقط")).toBeTruthy();
  stop();
});

test("a failing flush is told, and a failing disk stops the writing", async () => {
  const stop = open(`#/note?space=s&document=${name.document}`);
  const text = await screen.findByRole("textbox", { name: "نص الملاحظة" });
  failing = "internal";
  announce([{ event: "document_changed", name, by: [] }]);
  await screen.findByText("لم يُحفظ ما كتبته أخيرًا بعد");
  failing = "storage";
  await userEvent.click(screen.getByRole("button", { name: "إعادة المحاولة" }));
  await waitFor(() => expect(text.getAttribute("contenteditable")).toBe("false"));
  expect(text.textContent).toBe("سطر أول");
  failing = null;
  announce([{ event: "storage_failed", reason: "disk full" }]);
  announce([{ event: "storage_works" }]);
  await waitFor(() => expect(text.getAttribute("contenteditable")).toBe("true"));
  expect(screen.queryByText("لم يُحفظ ما كتبته أخيرًا بعد")).toBeNull();
  stop();
});

test("the list shows each note's title and first words, and whether others changed it", async () => {
  const stop = open("#/notes");
  const entry = await screen.findByRole("link", { name: /محضر/ });
  expect(within(entry).getByText("سطر أول")).toBeTruthy();
  expect(within(entry).getByText("تغيّرت منذ آخر اطلاع")).toBeTruthy();
  expect(within(entry).getByText("على هذا الجهاز فقط")).toBeTruthy();
  expect(within(entry).getByRole("img", { name: "العتبة العباسية" })).toBeTruthy();
  stop();
});

/** Makes a note with «اكتب», does something in it and leaves it. */
async function writeAndLeave(within: (user: ReturnType<typeof userEvent.setup>) => Promise<void>) {
  engine = new ModelEngine([paragraph("")]);
  content = { ...content, title: "", tags: [] };
  const stop = open("#/notes");
  const user = userEvent.setup();
  await user.click((await screen.findAllByRole("button", { name: "اكتب" }))[0]!);
  await screen.findByRole("textbox", { name: "نص الملاحظة" });
  await within(user);
  await act(async () => goToHash("#/notes"));
  await screen.findByRole("link", { name: /محضر/ });
  return stop;
}
const removed = () => calls.filter(({ name, args }) => name === "edit" && JSON.stringify(args.edits).includes('"remove"'));

test("a note that one leaves as empty as it was made goes to the bin, and nothing is said of it", async () => {
  const stop = await writeAndLeave(async () => {});
  await waitFor(() => expect(removed()).toHaveLength(1));
  expect(screen.queryByText("نُقلت الملاحظة إلى المحذوفات")).toBeNull();
  stop();
});

test("a note with a title that is not stored yet, with a word or with a file stays", async () => {
  const stops = [await writeAndLeave(async (user) => user.type(screen.getByRole("textbox", { name: "عنوان الملاحظة" }), "م"))];
  cleanup();
  name = { ...name, document: `${name.document}b` };
  stops.push(await writeAndLeave(async () => void engine.write(engine.now(), { from: 0, to: 1, blocks: [paragraph("كلمة")] })));
  cleanup();
  name = { ...name, document: `${name.document}c` };
  stops.push(await writeAndLeave(async () => void (content = { ...content, attachments: [{ id: "a", deleted_at_ms: null, conflicting: [], name: "x", blob: "b", media_type: null, bytes: 1 }] })));
  // Each was looked at, and none was taken away.
  await waitFor(() => expect(calls.filter((call) => call.name === "note_body").length).toBeGreaterThanOrEqual(3));
  await new Promise((done) => setTimeout(done, 50));
  expect(removed()).toEqual([]);
  for (const stop of stops) stop();
});
