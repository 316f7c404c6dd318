import { EditorState, TextSelection } from "prosemirror-state";
import { expect, test } from "vitest";
import type { NoteBlock } from "../engine/types";
import { setDirection, nextDirection, toggleLook, keys } from "./commands";
import { directions } from "./direction";
import { blockOf, directionSet, docOf, noteBlockOf, schema } from "./schema";
import { DOMSerializer } from "prosemirror-model";

const block = (text: string, attrs: NoteBlock["attrs"] = {}, kind = "paragraph"): NoteBlock => ({ kind, parents: [], attrs, is_embed: false, runs: text ? [{ text, marks: {} }] : [] });

function editing(...blocks: NoteBlock[]) {
  let state = EditorState.create({ doc: docOf(blocks), plugins: [directions(), ...keys(() => false)] });
  return {
    at: (position: number, to = position) => (state = state.apply(state.tr.setSelection(TextSelection.create(state.doc, position, to)))),
    run: (command: ReturnType<typeof setDirection>) => command(state, (tr) => (state = state.apply(tr))),
    blocks: () => state.doc.children.map(noteBlockOf),
    drawn: () => state.doc.children.map((node) => (DOMSerializer.fromSchema(schema).serializeNode(node) as HTMLElement).dir),
  };
}

test("a paragraph's direction is set by hand, kept as an attribute of its block, and given back to its first letter", () => {
  const editor = editing(block("PR قسم"), block("الوفد"));
  editor.at(2);
  expect(editor.drawn()).toEqual(["auto", "auto"]);
  editor.run(nextDirection);
  expect(editor.blocks().map(({ attrs }) => attrs)).toEqual([{ dir: "rtl" }, {}]);
  expect(editor.drawn()).toEqual(["rtl", "auto"]);
  editor.run(nextDirection);
  expect(editor.drawn()[0]).toBe("ltr");
  editor.run(nextDirection);
  expect(editor.blocks()[0]!.attrs).toEqual({});
  expect(editor.run(setDirection("auto"))).toBe(false);
});

test("all selected paragraphs are set at once, and attributes of other editors stay", () => {
  const editor = editing(block("one", { colour: "red" }), block("two", { level: 2 }, "heading"));
  editor.at(1, 9);
  editor.run(setDirection("rtl"));
  expect(editor.blocks().map(({ attrs }) => attrs)).toEqual([{ colour: "red", dir: "rtl" }, { level: 2, dir: "rtl" }]);
});

test("the direction stays when the paragraph becomes a list item or a heading", () => {
  const editor = editing(block("2026 report", { dir: "rtl" }));
  editor.at(3);
  for (const [look, attrs] of [["bulleted", { dir: "rtl" }], ["heading", { dir: "rtl", level: 1 }], ["quote", { dir: "rtl" }], ["quote", { dir: "rtl" }]] as const) {
    editor.run(toggleLook(look));
    expect(editor.blocks()[0]!.attrs).toEqual(attrs);
  }
});

test("what another app wrote there is no direction, and is left as it is", () => {
  const strange = block("نص", { dir: "sideways" });
  expect(directionSet(strange)).toBe("auto");
  expect(noteBlockOf(docOf([strange]).firstChild!).attrs).toEqual({ dir: "sideways" });
  expect(blockOf(docOf([strange]).firstChild!).attrs).toEqual({ dir: "sideways" });
});
