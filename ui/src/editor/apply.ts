// Edits that others made, as steps of ProseMirror: as many and as small as they came, so that the caret stays where it is.

import { Fragment, type Mark, Slice } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { AddMarkStep, AttrStep, RemoveMarkStep, ReplaceStep } from "prosemirror-transform";
import type { Block, BodyEdit, Plain } from "../engine/types";
import { markerPosition, positionOf } from "./flat";
import { blockOf, emptyBlock, markOf, nameOf, textOf } from "./schema";

export function applyEdits(tr: Transaction, edits: BodyEdit[]): Transaction {
  for (const edit of edits) applyEdit(tr, edit);
  return tr;
}

function applyEdit(tr: Transaction, edit: BodyEdit) {
  switch (edit.edit) {
    case "insert": {
      const position = positionOf(tr.doc, edit.at);
      const text = textOf(edit);
      if (text) tr.step(new ReplaceStep(position, position, new Slice(Fragment.from(text), 0, 0)));
      return;
    }
    case "delete": {
      const position = positionOf(tr.doc, edit.at);
      tr.step(new ReplaceStep(position, position + edit.units, Slice.empty));
      return;
    }
    case "split":
      // Nothing stands before the first marker that could be split.
      if (edit.at === 0) tr.insert(0, emptyBlock(edit.block));
      else splitAt(tr, positionOf(tr.doc, edit.at), edit.block);
      return;
    case "join": {
      const position = markerPosition(tr.doc, edit.at);
      if (position) tr.step(new ReplaceStep(position - 1, position + 1, Slice.empty, true));
      return;
    }
    case "set_block": {
      const position = markerPosition(tr.doc, edit.at);
      if (position !== null) setBlock(tr, position, edit.block);
      return;
    }
    case "mark":
      setMark(tr, positionOf(tr.doc, edit.from), positionOf(tr.doc, edit.to), edit.name, edit.value);
  }
}

/** Begins a block at a position inside another. */
export function splitAt(tr: Transaction, position: number, block: Block): Transaction {
  const before = emptyBlock(blockOf(tr.doc.resolve(position).parent));
  return tr.step(new ReplaceStep(position, position, new Slice(Fragment.from([before, emptyBlock(block)]), 1, 1), true));
}

const blockKeys = ["kind", "parents", "attrs", "is_embed"] as const;

/** Makes the block before which `position` stands another, one attribute at a time, so that its text stays untouched. */
export function setBlock(tr: Transaction, position: number, block: Block): Transaction {
  for (const key of blockKeys) {
    const old = blockOf(tr.doc.nodeAt(position)!)[key];
    if (JSON.stringify(old) !== JSON.stringify(block[key])) tr.step(new AttrStep(position, key, block[key]));
  }
  return tr;
}

/** Sets or takes off what lies under one name; a mark of the same name and another value goes. */
function setMark(tr: Transaction, from: number, to: number, name: string, value: Plain | null) {
  const mark = value === null ? null : markOf(name, value);
  const stretches: { from: number; to: number; old: Mark | undefined }[] = [];
  tr.doc.nodesBetween(from, to, (node, position) => {
    if (!node.isText) return;
    const old = node.marks.find((each) => nameOf(each) === name);
    stretches.push({ from: Math.max(from, position), to: Math.min(to, position + node.nodeSize), old });
  });
  for (const stretch of stretches) {
    if (stretch.old && (!mark || !stretch.old.eq(mark))) tr.step(new RemoveMarkStep(stretch.from, stretch.to, stretch.old));
    if (mark && !stretch.old?.eq(mark)) tr.step(new AddMarkStep(stretch.from, stretch.to, mark));
  }
}
