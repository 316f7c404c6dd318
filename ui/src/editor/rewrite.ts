// The steps from one state of a row of units to another, where units only come, go and change their look. Each stretch
// that comes or goes is a step of its own, so that no unit that stays is touched.

import { Fragment, type Mark, Mark as Marks, type Node, Slice } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { AddMarkStep, RemoveMarkStep, ReplaceStep } from "prosemirror-transform";
import type { Block } from "../engine/types";
import { setBlock } from "./apply";
import { markerPosition, positionOf, unitsOf } from "./flat";
import { emptyBlock, schema } from "./schema";

/** A unit of the body, or one that is gone and keeps its place. */
export type RowUnit = { isGone: boolean; marks: readonly Mark[] } & ({ letter: string } | { block: Block });

/** Both rows are the same units, and the first one that is not gone is a marker. A unit that did not change is the same
 *  object in both. */
export function rewrite(tr: Transaction, before: readonly RowUnit[], after: readonly RowUnit[]): Transaction {
  changeUnits(tr, before, after);
  changeLooks(tr, before, after);
  return tr;
}

function changeUnits(tr: Transaction, before: readonly RowUnit[], after: readonly RowUnit[]) {
  let at = unitsOf(tr.doc);
  let stretch: { from: number; to: number; content: RowUnit[] } | null = null;
  const end = () => {
    if (stretch) replaceUnits(tr, stretch.from, stretch.to, stretch.content.reverse());
    stretch = null;
  };
  // From the last to the first, so that the earlier indexes still hold.
  for (let index = before.length - 1; index >= 0; index -= 1) {
    const [was, is] = [before[index]!, after[index]!];
    if (was.isGone && is.isGone) continue;
    if (was.isGone === is.isGone) end();
    else stretch ??= { from: at, to: at, content: [] };
    if (!was.isGone) at -= 1;
    if (is.isGone) stretch!.from = at;
    else if (was.isGone) stretch!.content.push(is);
  }
  end();
}

/** Puts `content` in the place of the units from one index to another. */
function replaceUnits(tr: Transaction, from: number, to: number, content: RowUnit[]) {
  const { text, blocks } = nodesOf(content);
  if (from > 0) {
    // The text before the first marker comes into the block that stands there, whatever that is.
    const slice = blocks.length > 0 ? new Slice(Fragment.from([emptyBlock().copy(text), ...blocks]), 1, 1) : new Slice(text, 0, 0);
    tr.step(new ReplaceStep(positionOf(tr.doc, from), positionOf(tr.doc, to), slice));
    return;
  }
  const end = to === unitsOf(tr.doc) ? tr.doc.content.size : markerPosition(tr.doc, to);
  tr.step(new ReplaceStep(0, end ?? positionOf(tr.doc, to), new Slice(Fragment.from(blocks), 0, end === null ? 1 : 0)));
}

/** The text before the first marker, and the blocks that begin in `units`. */
function nodesOf(units: RowUnit[]): { text: Fragment; blocks: Node[] } {
  const markers: Block[] = [];
  const texts: Node[][] = [[]];
  for (const unit of units) {
    if ("block" in unit) {
      markers.push(unit.block);
      texts.push([]);
    } else {
      texts.at(-1)!.push(schema.text(unit.letter, unit.marks));
    }
  }
  // A fragment joins texts of the same marks.
  const [text, ...rest] = texts.map((nodes) => Fragment.fromArray(nodes));
  return { text: text!, blocks: markers.map((block, index) => emptyBlock(block).copy(rest[index])) };
}

function changeLooks(tr: Transaction, before: readonly RowUnit[], after: readonly RowUnit[]) {
  const stretches: { from: number; to: number; old: readonly Mark[]; now: readonly Mark[] }[] = [];
  let at = 0;
  after.forEach((unit, index) => {
    if (unit.isGone) return;
    const was = before[index]!;
    if (unit !== was && !was.isGone) {
      const last = stretches.at(-1);
      if ("block" in unit) setBlock(tr, markerPosition(tr.doc, at)!, unit.block);
      else if (last && last.to === at && Marks.sameSet(last.old, was.marks) && Marks.sameSet(last.now, unit.marks)) last.to += 1;
      else stretches.push({ from: at, to: at + 1, old: was.marks, now: unit.marks });
    }
    at += 1;
  });
  for (const { from, to, old, now } of stretches) {
    const [start, end] = [positionOf(tr.doc, from), positionOf(tr.doc, to)];
    for (const mark of old) if (!mark.isInSet(now)) tr.step(new RemoveMarkStep(start, end, mark));
    for (const mark of now) if (!mark.isInSet(old)) tr.step(new AddMarkStep(start, end, mark));
  }
}
