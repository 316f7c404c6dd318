// The items found in a statement while a person corrects them: where each begins and ends, what is taken. Each keeps to
// whole words, in the order of the text, and none overlaps another.

import type { Proposal } from "../../engine/types";

export type Found = Proposal & {
  id: string;
  isTaken: boolean;
  /** Suggestions that were accepted; none is until someone does. */
  accepts: { committee: boolean; recurrence: boolean; duration: boolean };
};

export type Suggestion = keyof Found["accepts"];

/** What the wording of an item suggests. */
export function suggestionsOf({ committee, recurrence, duration }: Proposal): Suggestion[] {
  const suggested = { committee, recurrence: recurrence !== "none" && recurrence, duration };
  return (Object.keys(suggested) as Suggestion[]).filter((each) => suggested[each]);
}

export function foundFrom(proposals: Proposal[], newId: () => string): Found[] {
  return proposals.map((proposal) => ({ ...proposal, id: newId(), isTaken: true, accepts: { committee: false, recurrence: false, duration: false } }));
}

type Word = { start: number; end: number };

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}

/** Replaces one found item by others, whose wordings follow from their borders. */
function put(text: string, all: Found[], index: number, ...instead: Found[]): Found[] {
  const worded = instead.map((found) => ({ ...found, wording: text.slice(found.start, found.end) }));
  return [...all.slice(0, index), ...worded, ...all.slice(index + 1)];
}

/** Between the items beside it: how far its borders may go. */
function room(text: string, all: Found[], index: number): Word {
  return { start: all[index - 1]?.end ?? 0, end: all[index + 1]?.start ?? text.length };
}

/** Moves its beginning by words, forward where `words` is positive; at least one word stays. */
export function moveStart(text: string, all: Found[], index: number, words: number): Found[] {
  const found = all[index]!;
  const within = room(text, all, index);
  const starts = wordsOf(text).map(({ start }) => start).filter((start) => start >= within.start && start < found.end);
  const at = starts.findLastIndex((start) => start <= found.start);
  const start = starts[Math.max(0, Math.min(starts.length - 1, at + words))];
  return start === undefined ? all : put(text, all, index, { ...found, start });
}

/** Moves its end by words, forward where `words` is positive; at least one word stays. */
export function moveEnd(text: string, all: Found[], index: number, words: number): Found[] {
  const found = all[index]!;
  const within = room(text, all, index);
  const ends = wordsOf(text).map(({ end }) => end).filter((end) => end > found.start && end <= within.end);
  const at = ends.findIndex((end) => end >= found.end);
  const end = ends[Math.max(0, Math.min(ends.length - 1, (at < 0 ? ends.length : at) + words))];
  return end === undefined ? all : put(text, all, index, { ...found, end });
}

/** One item of two, with what stood between them; its number and suggestions are those of the first. */
export function mergeWithNext(text: string, all: Found[], index: number): Found[] {
  const [found, next] = [all[index]!, all[index + 1]];
  if (!next) return all;
  return put(text, all.filter((each) => each !== next), index, { ...found, end: next.end });
}

/** The border between two words nearest to `at`, inside the item; null where it has one word. */
export function splitPoint(text: string, { start, end }: Word, at: number): number | null {
  const points = wordsOf(text.slice(start, end)).slice(1).map((word) => start + word.start);
  return points.reduce<number | null>((best, point) => (best === null || Math.abs(point - at) < Math.abs(best - at) ? point : best), null);
}

/** The split point that follows `at` by `words`. */
export function moveSplit(text: string, found: Word, at: number, words: number): number {
  const points = wordsOf(text.slice(found.start, found.end)).slice(1).map((word) => found.start + word.start);
  const index = points.indexOf(at) + words;
  return points[Math.max(0, Math.min(points.length - 1, index))] ?? at;
}

/** Two items of one, parted before the word at `at`; the second has no number yet. */
export function splitAt(text: string, all: Found[], index: number, at: number, newId: () => string): Found[] {
  const found = all[index]!;
  const point = splitPoint(text, found, at);
  if (point === null) return all;
  const end = found.start + text.slice(found.start, point).trimEnd().length;
  const second: Found = { ...found, id: newId(), number: null, start: point, committee: null, recurrence: null, duration: null, accepts: { committee: false, recurrence: false, duration: false } };
  return put(text, all, index, { ...found, end }, second);
}

export function drop(all: Found[], index: number): Found[] {
  return all.filter((_, each) => each !== index);
}

/** The whole words of a selection; null where it holds none. */
function wholeWords(text: string, from: number, to: number): Word | null {
  const touched = wordsOf(text).filter(({ start, end }) => start < to && end > from);
  return touched.length === 0 ? null : { start: touched[0]!.start, end: touched.at(-1)!.end };
}

/** Gives an item the selected words, as far as no other item has them. */
export function setSpan(text: string, all: Found[], index: number, from: number, to: number): Found[] {
  const within = room(text, all, index);
  const words = wholeWords(text, Math.max(from, within.start), Math.min(to, within.end));
  return words ? put(text, all, index, { ...all[index]!, ...words }) : all;
}

/** A new item of selected words outside all others. */
export function addSpan(text: string, all: Found[], from: number, to: number, id: string): Found[] {
  const index = all.filter(({ start }) => start < from).length;
  const within = { start: all[index - 1]?.end ?? 0, end: all[index]?.start ?? text.length };
  const words = wholeWords(text, Math.max(from, within.start), Math.min(to, within.end));
  if (!words) return all;
  const made: Found = {
    // Under the heading that the item before it stands under.
    ...words, id, number: null, axis: all[index - 1]?.axis ?? null, wording: text.slice(words.start, words.end), committee: null, recurrence: null, duration: null,
    isTaken: true, accepts: { committee: false, recurrence: false, duration: false },
  };
  return [...all.slice(0, index), made, ...all.slice(index)];
}

export type Stretch = { text: string; start: number; found: Found | null };

/** The whole text in order, each stretch inside one item or between items. */
export function stretchesOf(text: string, all: Found[]): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const found of all) {
    if (found.start > at) stretches.push({ text: text.slice(at, found.start), start: at, found: null });
    stretches.push({ text: text.slice(found.start, found.end), start: found.start, found });
    at = found.end;
  }
  if (at < text.length) stretches.push({ text: text.slice(at), start: at, found: null });
  return stretches;
}

/** The headings that items stand under, in the order of the text, each with its number of items. */
export function axesOf(all: readonly { axis: string | null }[]): { axis: string; count: number }[] {
  const names = [...new Set(all.map(({ axis }) => axis))].filter((axis) => axis !== null);
  return names.map((axis) => ({ axis, count: all.filter((each) => each.axis === axis).length }));
}
