// Undo that takes back all of one's own and nothing of others'. Every unit of the body has a number, and an event knows
// the units that it put in and took out. Units that were taken out keep their place among the others, so that they come
// back where they were, and no range is ever mapped over what others did meanwhile.

import type { Mark, Node } from "prosemirror-model";
import { Mark as Marks } from "prosemirror-model";
import { type Command, type EditorState, Plugin, PluginKey, TextSelection, type Transaction } from "prosemirror-state";
import { AddMarkStep, AttrStep, RemoveMarkStep, type Step, type StepMap } from "prosemirror-transform";
import type { Block } from "../engine/types";
import { flatOf, positionOf, unitsOf as countUnits } from "./flat";
import { rewrite, type RowUnit } from "./rewrite";
import { blockOf, emptyBlock } from "./schema";

/** Numbers `from` up to, not including, `to`. */
type Range = [from: number, to: number];
type Content = { text: string; marks: readonly Mark[] } | { block: Block };
/** Units with consecutive numbers, side by side; `gone` holds what they were once they are taken out. */
type Span = { from: number; length: number; gone: Content[] | null };
type MarkChange = { units: Range[]; added: readonly Mark[]; removed: readonly Mark[] };
type BlockChange = { unit: number; before: Block; after: Block };
type Event = { inserted: Range[]; deleted: Range[]; marks: MarkChange[]; blocks: BlockChange[] };
type Claims = {
  spans: Span[]; next: number; done: Event[]; undone: Event[];
  /** Where the last event ended, so that what is typed on belongs to it. */
  group: { from: number; to: number; time: number; composition: unknown } | null;
};

const key = new PluginKey<Claims>("undo");
/** A pause that ends an event. */
const pauseMs = 500;
/** Nobody steps further back than this; older versions are in the history. */
const eventsMax = 200;

const byOthers = "byOthers";
const onItsOwn = "onItsOwn";

/** Marks a transaction as what others did. */
export function markAsOthers(tr: Transaction): Transaction {
  return tr.setMeta(byOthers, true).setMeta("addToHistory", false);
}

export function isByOthers(tr: Transaction): boolean {
  return tr.getMeta(byOthers) === true;
}

/** Makes a transaction an event of its own, whatever was typed just before. */
export function asOneEvent(tr: Transaction): Transaction {
  return tr.setMeta(onItsOwn, true);
}

export function undoable(): Plugin<Claims> {
  return new Plugin<Claims>({
    key,
    state: {
      init: (_, { doc }) => ({ spans: doc ? [{ from: 0, length: countUnits(doc), gone: null }] : [], next: doc ? countUnits(doc) : 0, done: [], undone: [], group: null }),
      apply: (tr, claims) => (tr.getMeta(key) as Claims | undefined) ?? (tr.docChanged ? record(claims, tr) : claims),
    },
    props: {
      handleDOMEvents: {
        beforeinput(view, event) {
          const { inputType } = event as InputEvent;
          const command = inputType === "historyUndo" ? undo : inputType === "historyRedo" ? redo : null;
          if (!command) return false;
          event.preventDefault();
          return command(view.state, view.dispatch);
        },
      },
    },
  });
}

export const undo: Command = (state, dispatch) => turn(state, dispatch, "done");
export const redo: Command = (state, dispatch) => turn(state, dispatch, "undone");

// ── Taking note of what happens ─────────────────────────────────────────────────────────────────────────────

function record(claims: Claims, tr: Transaction): Claims {
  const isOwn = !isByOthers(tr);
  let group = claims.group && { ...claims.group, from: tr.mapping.map(claims.group.from, -1), to: tr.mapping.map(claims.group.to, 1) };
  const touched = touchedBy(tr);
  const goesOn = isOwn && claims.done.length > 0 && group !== null && continues(group, claims.group!, tr);
  const done = isOwn && !goesOn ? [...claims.done, { inserted: [], deleted: [], marks: [], blocks: [] }].slice(-eventsMax) : [...claims.done];
  const event = isOwn ? structured(done.at(-1)!) : null;
  if (event) done[done.length - 1] = event;
  const spans = [...claims.spans];
  let next = claims.next;
  tr.steps.forEach((step, index) => {
    const [before, after] = [tr.docs[index]!, tr.docs[index + 1] ?? tr.doc];
    if (event) recordLook(step, before, after, spans, event);
    next = recordUnits(tr.mapping.maps[index]!, before, after, spans, next, event);
  });
  if (isOwn) group = tr.getMeta(onItsOwn) ? null : { ...(touched ?? { from: 0, to: 0 }), time: tr.time, composition: tr.getMeta("composition") ?? null };
  return { spans, next, done, undone: isOwn ? [] : claims.undone, group };
}

function structured(event: Event): Event {
  return { inserted: [...event.inserted], deleted: [...event.deleted], marks: [...event.marks], blocks: [...event.blocks] };
}

function continues(mapped: NonNullable<Claims["group"]>, group: NonNullable<Claims["group"]>, tr: Transaction): boolean {
  if (tr.getMeta(onItsOwn) || ["paste", "cut", "drop"].includes(tr.getMeta("uiEvent") as string)) return false;
  const composition: unknown = tr.getMeta("composition") ?? null;
  if (composition !== null && composition === group.composition) return true;
  const touched = touchedBy(tr);
  return touched !== null && tr.time - group.time < pauseMs && touched.from <= mapped.to && touched.to >= mapped.from;
}

/** From the first to the last place that a transaction changed, in the document after it. */
function touchedBy(tr: Transaction): { from: number; to: number } | null {
  let touched: { from: number; to: number } | null = null;
  tr.mapping.maps.forEach((map, index) => {
    const rest = tr.mapping.slice(index + 1);
    map.forEach((_from, _to, from, to) => {
      const [start, end] = [rest.map(from, -1), rest.map(to, 1)];
      touched = { from: Math.min(touched?.from ?? start, start), to: Math.max(touched?.to ?? end, end) };
    });
  });
  return touched;
}

/** What a step put in and took out. Gives the next free number. */
function recordUnits(map: StepMap, before: Node, after: Node, spans: Span[], next: number, event: Event | null): number {
  const changes: { at: number; taken: number; put: number; content: Content[] }[] = [];
  map.forEach((oldFrom, oldTo, newFrom, newTo) => {
    const [at, end] = [flatOf(before, oldFrom), flatOf(before, oldTo)];
    changes.push({ at, taken: end - at, put: flatOf(after, newTo) - flatOf(after, newFrom), content: event ? contentBetween(before, at, end) : [] });
  });
  // From the last to the first, so that the earlier indexes still hold.
  for (const { at, taken, put, content } of changes.reverse()) {
    takeOut(spans, at, taken, content, event);
    if (put === 0) continue;
    const index = spanAt(spans, at);
    insertSpan(spans, index, { from: next, length: put, gone: null });
    if (event) addRange(event.inserted, [next, next + put]);
    next += put;
  }
  return next;
}

/** Where in `spans` the unit at a flat index stands, cutting a span in two where it must. */
function spanAt(spans: Span[], at: number): number {
  let passed = 0;
  for (let index = 0; index < spans.length; index += 1) {
    const span = spans[index]!;
    if (span.gone) continue;
    if (passed === at) return index;
    if (passed + span.length > at) {
      const length = at - passed;
      spans.splice(index, 1, { ...span, length }, { from: span.from + length, length: span.length - length, gone: null });
      return index + 1;
    }
    passed += span.length;
  }
  return spans.length;
}

function insertSpan(spans: Span[], index: number, span: Span) {
  const before = spans[index - 1];
  if (before && !before.gone && before.from + before.length === span.from) spans[index - 1] = { ...before, length: before.length + span.length };
  else spans.splice(index, 0, span);
}

/** Takes units out. Only what an event of one's own took out can come back, and only if that event had not put it in. */
function takeOut(spans: Span[], at: number, count: number, content: Content[], event: Event | null) {
  if (count === 0) return;
  let index = spanAt(spans, at);
  spanAt(spans, at + count);
  let passed = 0;
  while (passed < count) {
    const span = spans[index]!;
    if (span.gone) {
      index += 1;
      continue;
    }
    const pieces: Span[] = [];
    if (event) {
      for (const [[from, to], isFresh] of cut([span.from, span.from + span.length], event.inserted)) {
        if (isFresh) removeRange(event.inserted, [from, to]);
        else {
          addRange(event.deleted, [from, to]);
          pieces.push({ from, length: to - from, gone: slice(content, passed + from - span.from, passed + to - span.from) });
        }
      }
    }
    spans.splice(index, 1, ...pieces);
    index += pieces.length;
    passed += span.length;
  }
}

/** Steps that leave every unit in its place: marks, and what a block is. */
function recordLook(step: Step, before: Node, after: Node, spans: Span[], event: Event) {
  if (step instanceof AttrStep) {
    const [old, now] = [blockOf(before.nodeAt(step.pos)!), blockOf(after.nodeAt(step.pos)!)];
    const unit = numbersOf(spans, flatOf(before, step.pos), 1)[0]![0];
    const earlier = event.blocks.findIndex((change) => change.unit === unit);
    // The first state that one event found is the one to go back to.
    if (earlier < 0) event.blocks.push({ unit, before: old, after: now });
    else event.blocks[earlier] = { ...event.blocks[earlier]!, after: now };
  }
  if (step instanceof AddMarkStep || step instanceof RemoveMarkStep) {
    before.nodesBetween(step.from, step.to, (node, position) => {
      if (!node.isText) return;
      const [from, to] = [Math.max(step.from, position), Math.min(step.to, position + node.nodeSize)];
      const now = after.nodeAt(from)!.marks;
      const added = now.filter((mark) => !mark.isInSet(node.marks));
      const removed = node.marks.filter((mark) => !mark.isInSet(now));
      if (added.length + removed.length > 0) event.marks.push({ units: numbersOf(spans, flatOf(before, from), to - from), added, removed });
    });
  }
}

function numbersOf(spans: Span[], at: number, count: number): Range[] {
  const ranges: Range[] = [];
  let passed = 0;
  for (const { from, length, gone } of spans) {
    if (gone) continue;
    const [start, end] = [Math.max(at, passed), Math.min(at + count, passed + length)];
    if (start < end) ranges.push([from + start - passed, from + end - passed]);
    passed += length;
    if (passed >= at + count) break;
  }
  return ranges;
}

// ── Stepping back and forth ─────────────────────────────────────────────────────────────────────────────────

type Unit = RowUnit & { number: number };

function turn(state: EditorState, dispatch: ((tr: Transaction) => void) | undefined, branch: "done" | "undone"): boolean {
  const claims = key.getState(state);
  const event = claims?.[branch].at(-1);
  if (!claims || !event) return false;
  if (!dispatch) return true;
  const units = unitsOf(state.doc, claims.spans);
  const before = [...units];
  const { inverse, last } = reverse(units, event);
  let { next } = claims;
  const first = units.find(({ isGone }) => !isGone);
  if (!first || !("block" in first)) {
    // A body begins with a marker, even where its first block was one's own and letters of others stand in it.
    const marker = { number: next, marks: Marks.none, block: blockOf(emptyBlock()) };
    units.unshift({ ...marker, isGone: false });
    before.unshift({ ...marker, isGone: true });
    next += 1;
  }
  const tr = rewrite(state.tr, before, units);
  const rest = claims[branch].slice(0, -1);
  const other = [...claims[branch === "done" ? "undone" : "done"], inverse];
  tr.setMeta(key, { spans: spansOf(units), next, done: branch === "done" ? rest : other, undone: branch === "done" ? other : rest, group: null } satisfies Claims);
  const caret = units.slice(0, last).filter(({ isGone }) => !isGone).length;
  tr.setSelection(TextSelection.create(tr.doc, positionOf(tr.doc, caret)));
  dispatch(tr.scrollIntoView());
  return true;
}

/** Changes the units to what they were before an event; gives the event that leads back, and behind which unit the
 *  last change was. What others have changed since stays as they left it. */
function reverse(units: Unit[], event: Event): { inverse: Event; last: number } {
  const inverse: Event = { inserted: [], deleted: [], marks: [], blocks: [] };
  let last = 0;
  units.forEach((unit, index) => {
    const { number } = unit;
    if (unit.isGone ? !has(event.deleted, number) : !has(event.inserted, number)) return;
    addRange(unit.isGone ? inverse.inserted : inverse.deleted, [number, number + 1]);
    units[index] = { ...unit, isGone: !unit.isGone };
    last = index + 1;
  });
  for (const change of event.marks.toReversed()) {
    inverse.marks.push({ units: change.units, added: change.removed, removed: change.added });
    units.forEach((unit, index) => {
      if (!("letter" in unit) || !has(change.units, unit.number)) return;
      const without = change.added.reduce<readonly Mark[]>((marks, mark) => mark.removeFromSet(marks), unit.marks);
      units[index] = { ...unit, marks: change.removed.reduce<readonly Mark[]>((marks, mark) => mark.addToSet(marks), without) };
      if (!unit.isGone) last = Math.max(last, index + 1);
    });
  }
  for (const { unit: number, before, after } of event.blocks.toReversed()) {
    inverse.blocks.push({ unit: number, before: after, after: before });
    const index = units.findIndex((unit) => unit.number === number);
    const unit = units[index];
    if (!unit || !("block" in unit) || JSON.stringify(unit.block) !== JSON.stringify(after)) continue;
    units[index] = { ...unit, block: before };
    if (!unit.isGone) last = Math.max(last, index + 1);
  }
  return { inverse, last };
}

function unitsOf(doc: Node, spans: Span[]): Unit[] {
  const units: Unit[] = [];
  const shown = expand(contentBetween(doc, 0, countUnits(doc)));
  let passed = 0;
  for (const { from, length, gone } of spans) {
    const contents = gone ? expand(gone) : shown.slice(passed, passed + length);
    if (!gone) passed += length;
    contents.forEach((content, index) => units.push({ ...content, number: from + index, isGone: gone !== null }));
  }
  return units;
}

type Single = { letter: string; marks: readonly Mark[] } | { block: Block; marks: readonly Mark[] };

function expand(contents: Content[]): Single[] {
  return contents.flatMap((content): Single[] =>
    "block" in content ? [{ block: content.block, marks: Marks.none }] : content.text.split("").map((letter) => ({ letter, marks: content.marks })),
  );
}

function spansOf(units: Unit[]): Span[] {
  const spans: Span[] = [];
  for (const unit of units) {
    const content: Content = "block" in unit ? { block: unit.block } : { text: unit.letter, marks: unit.marks };
    const last = spans.at(-1);
    if (last && last.from + last.length === unit.number && (last.gone !== null) === unit.isGone) {
      last.length += 1;
      if (last.gone) append(last.gone, content);
    } else {
      spans.push({ from: unit.number, length: 1, gone: unit.isGone ? [content] : null });
    }
  }
  return spans;
}

function append(contents: Content[], content: Content) {
  const last = contents.at(-1);
  if (last && "text" in last && "text" in content && Marks.sameSet(last.marks, content.marks)) contents[contents.length - 1] = { text: last.text + content.text, marks: last.marks };
  else contents.push(content);
}

// ── Contents and ranges ─────────────────────────────────────────────────────────────────────────────────────

function contentBetween(doc: Node, from: number, to: number): Content[] {
  const contents: Content[] = [];
  let at = 0;
  doc.forEach((node) => {
    if (at >= from && at < to) contents.push({ block: blockOf(node) });
    at += 1;
    node.forEach((text, offset) => {
      const [start, end] = [Math.max(from - at - offset, 0), Math.min(to - at - offset, text.nodeSize)];
      if (start < end) contents.push({ text: text.text!.slice(start, end), marks: text.marks });
    });
    at += node.content.size;
  });
  return contents;
}

function slice(contents: Content[], from: number, to: number): Content[] {
  const sliced: Content[] = [];
  let at = 0;
  for (const content of contents) {
    const length = "text" in content ? content.text.length : 1;
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, length)];
    if (start < end) sliced.push("text" in content ? { ...content, text: content.text.slice(start, end) } : content);
    at += length;
  }
  return sliced;
}

function has(ranges: Range[], number: number): boolean {
  return ranges.some(([from, to]) => from <= number && number < to);
}

function addRange(ranges: Range[], [from, to]: Range) {
  const last = ranges.at(-1);
  if (last && last[1] === from) ranges[ranges.length - 1] = [last[0], to];
  else ranges.push([from, to]);
}

function removeRange(ranges: Range[], [from, to]: Range) {
  const left = ranges.flatMap(([start, end]): Range[] => [[start, Math.min(end, from)], [Math.max(start, to), end]]).filter(([start, end]) => start < end);
  ranges.splice(0, ranges.length, ...left);
}

/** A range in pieces, each with whether `ranges` hold it. */
function cut([from, to]: Range, ranges: Range[]): [Range, boolean][] {
  const borders = [from, to, ...ranges.flat().filter((border) => from < border && border < to)].sort((a, b) => a - b);
  return borders.slice(1).map((end, index) => [[borders[index]!, end], has(ranges, borders[index]!)] as [Range, boolean]).filter(([[start, end]]) => start < end);
}
