// Each test is played over real Automerge documents: one that the page sees through commands, one of somebody else.

import * as Automerge from "@automerge/automerge";
import { act, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { forgetAnswers, useQuery } from "../engine/query";
import { announce } from "../engine/store";
import type { DocumentName, Edit } from "../engine/types";
import { DocumentText } from "./DocumentText";

// A busy machine takes its time; the facts that are waited for stay the same.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

type Stored = { wording: string };
const name: DocumentName = { space: "s", document: "d" };
const item = "i".repeat(32);
let doc: Automerge.Doc<Stored>;
let edits: { text: string; heads: string[] | null }[];
/** What an answer to an edit waits for, after the edit was made. */
let held: Promise<void> | null;

beforeEach(() => {
  forgetAnswers();
  doc = Automerge.from<Stored>({ wording: "تبادل الخبرات" });
  edits = [];
  held = null;
  const commands: Record<string, (args: never) => unknown> = {
    document: ({ heads }: { heads: string[] | null }) => {
      const { wording } = heads ? Automerge.view(doc, heads) : doc;
      return { name, heads: heads ?? Automerge.getHeads(doc), content: { kind: "plan", title: null, items: [{ id: item, wording }] } };
    },
    edit: async ({ edits: [edit], heads }: { edits: Edit[]; heads: string[] | null }) => {
      const { text } = edit as Extract<Edit, { edit: "set_text" }>;
      edits.push({ text, heads });
      const write = (draft: Stored) => Automerge.updateText(draft, ["wording"], text);
      const { newDoc, newHeads } = Automerge.changeAt(doc, heads ?? Automerge.getHeads(doc), write);
      doc = newDoc;
      const answer = { heads: newHeads ?? heads };
      await held;
      return answer;
    },
  };
  vi.stubGlobal("fetch", async (address: string, { body }: { body: string }) =>
    new Response(JSON.stringify(await commands[address.replace("/cmd/", "")]!(JSON.parse(body) as never))));
});

function Page() {
  const { value } = useQuery("document", { name, heads: null });
  return value ? <DocumentText view={value} at={["items", item]} field="wording" label="wording" /> : null;
}

/** Somebody else's change reaches this device. */
async function othersWrite(text: string, seen = Automerge.getHeads(doc)) {
  const apart = Automerge.changeAt(Automerge.clone(doc), seen, (draft) => Automerge.updateText(draft, ["wording"], text)).newDoc;
  doc = Automerge.merge(doc, apart);
  await act(async () => announce([{ event: "document_changed", name, by: ["other"] }]));
}

async function opened() {
  const { unmount } = render(<Page />);
  const user = userEvent.setup();
  const field = (await screen.findByLabelText("wording")) as HTMLTextAreaElement;
  await user.click(field);
  field.setSelectionRange(field.value.length, field.value.length);
  return { user, field, unmount };
}

test("what somebody else writes into the same text before the pause is over stays, and so does what was typed", async () => {
  const { user, field } = await opened();
  await user.keyboard(" بينهم");
  await othersWrite("في المؤتمر: تبادل الخبرات");
  await waitFor(() => expect(doc.wording).toBe("في المؤتمر: تبادل الخبرات بينهم"));
  await waitFor(() => expect(field.value).toBe("في المؤتمر: تبادل الخبرات بينهم"));
  expect(field.selectionStart).toBe(field.value.length);
  await user.keyboard(" كلها");
  await waitFor(() => expect(doc.wording).toBe("في المؤتمر: تبادل الخبرات بينهم كلها"));
});

test("what is typed while a save is under way is there once, beside what somebody else wrote in that time", async () => {
  const { user, field } = await opened();
  const seen = Automerge.getHeads(doc);
  let answer = () => {};
  held = new Promise((resolve) => (answer = resolve));
  await user.keyboard(" بينهم");
  await waitFor(() => expect(edits).toHaveLength(1));
  await user.keyboard(" كلها");
  held = null;
  await othersWrite("في المؤتمر: تبادل الخبرات", seen);
  expect(field.value).toBe("تبادل الخبرات بينهم كلها");
  answer();
  await waitFor(() => expect(doc.wording).toBe("في المؤتمر: تبادل الخبرات بينهم كلها"));
  await waitFor(() => expect(field.value).toBe(doc.wording));
});

test("what somebody else wrote is not erased by what is typed after an edit that met theirs", async () => {
  const { user, field } = await opened();
  const seen = Automerge.getHeads(doc);
  await user.keyboard(" بينهم");
  // Theirs is on the device before the edit, so that the answer leaves it out; the page has seen neither.
  doc = Automerge.merge(doc, Automerge.changeAt(Automerge.clone(doc), seen, (draft) => Automerge.updateText(draft, ["wording"], "أولًا تبادل الخبرات")).newDoc);
  let answer = () => {};
  held = new Promise((resolve) => (answer = resolve));
  await waitFor(() => expect(edits).toHaveLength(1));
  await user.keyboard(" كلها");
  held = null;
  answer();
  await waitFor(() => expect(doc.wording).toBe("أولًا تبادل الخبرات بينهم كلها"));
  await waitFor(() => expect(field.value).toBe(doc.wording));
});

test("nothing changes under letters that are being composed, and what others wrote comes after them", async () => {
  const { field } = await opened();
  fireEvent.compositionStart(field);
  await othersWrite("تبادل الخبرات والعلوم");
  expect(field.value).toBe("تبادل الخبرات");
  fireEvent.compositionEnd(field);
  expect(field.value).toBe("تبادل الخبرات والعلوم");
});

test("a field that is left at once saves what was typed, on top of what was seen", async () => {
  const { user, unmount } = await opened();
  const seen = Automerge.getHeads(doc);
  await user.keyboard(".");
  unmount();
  await waitFor(() => expect(edits).toEqual([{ text: "تبادل الخبرات.", heads: seen }]));
});
