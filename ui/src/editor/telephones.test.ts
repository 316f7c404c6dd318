import { EditorState } from "prosemirror-state";
import { expect, test } from "vitest";
import type { NoteBlock } from "../engine/types";
import { splitAt } from "./apply";
import { blockOf, docOf } from "./schema";
import { telephones } from "./telephones";

const paragraph = (text: string): NoteBlock => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: text ? [{ text, marks: {} }] : [] });

test("telephone numbers stay marked as they are typed, parted, moved along and taken out", () => {
  const plugin = telephones();
  let state = EditorState.create({ doc: docOf([paragraph("الهاتف 0770 123 4567 صباحًا"), paragraph("بلا رقم"), paragraph("+964 770 123 4567")]), plugins: [plugin] });
  const marked = () => plugin.getState(state)!.find().toSorted((one, other) => one.from - other.from).map(({ from, to }) => state.doc.textBetween(from, to));
  const act = (change: (tr: typeof state.tr) => typeof state.tr) => (state = state.apply(change(state.tr)));
  expect(marked()).toEqual(["0770 123 4567", "+964 770 123 4567"]);
  const untouched = plugin.getState(state)!.find().at(-1)!;
  act((tr) => tr.insertText("في المكتب ", 1));
  expect(marked()).toEqual(["0770 123 4567", "+964 770 123 4567"]);
  expect(plugin.getState(state)!.find().at(-1)!.from).toBe(untouched.from + 10);
  const end = state.doc.textContent.indexOf("4567") + 5;
  act((tr) => tr.insertText("8", end));
  expect(marked()[0]).toBe("0770 123 45678");
  act((tr) => splitAt(tr, end - 4, blockOf(state.doc.child(0))));
  expect(marked()).toEqual(["0770 123", "+964 770 123 4567"]);
  act((tr) => tr.delete(0, state.doc.child(0).nodeSize));
  expect(marked()).toEqual(["+964 770 123 4567"]);
});
