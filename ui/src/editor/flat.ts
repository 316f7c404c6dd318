// Between ProseMirror's positions and the note's flat body, where a block is one marker and then its text in UTF-16
// units. ProseMirror counts a block's end too, so the two differ by the number of blocks that ended before.

import type { Node } from "prosemirror-model";
import type { ChangedBlocks } from "../engine/types";
import { noteBlockOf } from "./schema";

/** How many units of the body stand before a position. */
export function flatOf(doc: Node, position: number): number {
  return position - doc.resolve(position).index(0);
}

/** The position between letters that has `index` units before it; an index outside the body gives its nearest end. */
export function positionOf(doc: Node, index: number): number {
  const { number, start } = blockAround(doc, index);
  const last = start + doc.child(number).content.size + 1;
  return Math.min(Math.max(index, start + 1), last) + number;
}

/** The position before the block whose marker is at an index; null where there is no marker. */
export function markerPosition(doc: Node, index: number): number | null {
  let start = 0;
  for (let number = 0; number < doc.childCount && start <= index; number += 1) {
    if (start === index) return start + number;
    start += 1 + doc.child(number).content.size;
  }
  return null;
}

function blockAround(doc: Node, index: number): { number: number; start: number } {
  let start = 0;
  for (let number = 0; ; number += 1) {
    const next = start + 1 + doc.child(number).content.size;
    if (index <= next || number === doc.childCount - 1) return { number, start };
    start = next;
  }
}

/** How many units the body has. */
export function unitsOf(doc: Node): number {
  return doc.content.size - doc.childCount;
}

/** The blocks of `known` from one index to another, and in `doc` those up to `toNow`. */
export type ChangedRange = { from: number; to: number; toNow: number };

/** Where two documents differ. Blocks that nobody touched are the same objects, from both ends. */
export function changedRange(known: Node, doc: Node): ChangedRange | null {
  if (known === doc) return null;
  const fewer = Math.min(known.childCount, doc.childCount);
  let from = 0;
  while (from < fewer && known.child(from) === doc.child(from)) from += 1;
  let after = 0;
  while (after < fewer - from && known.child(known.childCount - 1 - after) === doc.child(doc.childCount - 1 - after)) after += 1;
  const [to, toNow] = [known.childCount - after, doc.childCount - after];
  return from === to && from === toNow ? null : { from, to, toNow };
}

/** What became of the blocks of `known`. */
export function changedBlocks(known: Node, doc: Node): ChangedBlocks | null {
  const range = changedRange(known, doc);
  return range && { from: range.from, to: range.to, blocks: doc.children.slice(range.from, range.toNow).map(noteBlockOf) };
}
