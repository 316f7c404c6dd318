import { expect, test } from "vitest";
import { applyEdits, setBlock, splitAt } from "./apply";
import { EditorState } from "prosemirror-state";
import type { NoteBlock } from "../engine/types";
import { changedBlocks, flatOf, markerPosition, positionOf, unitsOf } from "./flat";
import { blockOf, docOf, noteBlockOf } from "./schema";

const paragraph = (text: string): NoteBlock => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: text ? [{ text, marks: {} }] : [] });
const doc = docOf([paragraph("ab"), paragraph(""), paragraph("cde")]);
const shown = (node: typeof doc) => node.children.map((child) => `${blockOf(child).kind[0]}:${child.textContent}`).join("|");

test("an index between letters and a position name each other", () => {
  expect(unitsOf(doc)).toBe(8);
  for (let index = 1; index <= 8; index += 1) expect(flatOf(doc, positionOf(doc, index))).toBe(index);
  // Before the marker of a block is the end of the one before; outside is the nearest end.
  expect([3, 4, 5].map((index) => positionOf(doc, index))).toEqual([3, 5, 7]);
  expect([positionOf(doc, 0), positionOf(doc, 99)]).toEqual([1, 10]);
  expect([0, 3, 4].map((index) => markerPosition(doc, index))).toEqual([0, 4, 6]);
  expect(markerPosition(doc, 2)).toBeNull();
});

test("only the blocks that were touched are sent", () => {
  const state = EditorState.create({ doc });
  expect(changedBlocks(doc, doc)).toBeNull();
  expect(changedBlocks(doc, state.tr.insertText("x", 8).doc)).toEqual({ from: 2, to: 3, blocks: [paragraph("cxde")] });
  expect(changedBlocks(doc, splitAt(state.tr, 2, blockOf(doc.child(0))).doc)).toEqual({ from: 0, to: 1, blocks: [paragraph("a"), paragraph("b")] });
  expect(changedBlocks(doc, state.tr.delete(4, 6).doc)).toEqual({ from: 1, to: 2, blocks: [] });
  expect(changedBlocks(doc, setBlock(state.tr, 0, { ...blockOf(doc.child(0)), kind: "heading", attrs: { level: 2 } }).doc)?.blocks[0]).toMatchObject({ kind: "heading", attrs: { level: 2 } });
});

test("edits of others are applied one after the other", () => {
  const { tr } = EditorState.create({ doc });
  applyEdits(tr, [
    { edit: "insert", at: 3, text: "x", marks: { strong: true } },
    { edit: "join", at: 4 },
    { edit: "split", at: 2, block: { kind: "heading", parents: [], attrs: { level: 1 }, is_embed: false } },
    { edit: "delete", at: 6, units: 1 },
    { edit: "set_block", at: 0, block: { kind: "quoted-thing", parents: ["aside"], attrs: { tone: 3 }, is_embed: false } },
    { edit: "mark", from: 1, to: 2, name: "comment", value: "one" },
    { edit: "mark", from: 1, to: 2, name: "comment", value: "two" },
  ]);
  expect(shown(tr.doc)).toBe("q:a|h:bx|p:de");
  expect(noteBlockOf(tr.doc.child(0))).toEqual({ kind: "quoted-thing", parents: ["aside"], attrs: { tone: 3 }, is_embed: false, runs: [{ text: "a", marks: { comment: "two" } }] });
  expect(noteBlockOf(tr.doc.child(1)).runs).toEqual([{ text: "b", marks: {} }, { text: "x", marks: { strong: true } }]);
});
