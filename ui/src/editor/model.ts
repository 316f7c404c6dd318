// An engine of a few lines, for tests of the page's half alone: all letters that ever were in one row, each with the
// changes that put it in, took it out and marked it. A version is a set of changes.

import type { Block, BodyEdit, ChangedBlocks, FlushAnswer, NoteBlock, NoteBody, Plain } from "../engine/types";
import type { Sent } from "./flush";

type Setting<Value> = { by: number; value: Value };
type Element = { id: number; by: number; gone: number[]; letter: string | null; blocks: Setting<Block>[]; marks: Record<string, Setting<Plain | null>[]> };
type Unit = { id: number; letter: string | null; block: Block | null; marks: Record<string, Plain> };
export type Version = ReadonlySet<number>;

export class ModelEngine {
  private row: Element[] = [];
  private changes = 0;
  private lastId = 0;
  private readonly versions = new Map<string, Version>();

  constructor(blocks: NoteBlock[]) {
    this.write(this.now(), { from: 0, to: 0, blocks });
  }

  now(): Version {
    return new Set(Array.from({ length: this.changes }, (_, index) => index + 1));
  }

  body(version: Version = this.now()): NoteBody {
    return { heads: this.headsOf(version), blocks: blocksOf(this.units(version)) };
  }

  flush({ heads, changed, selection }: Sent): FlushAnswer {
    const version = this.versions.get(heads.join())!;
    const own = changed ? this.write(version, changed) : version;
    const [old, merged] = [this.units(own), this.units(this.now())];
    return {
      own: this.headsOf(own), merged: this.headsOf(this.now()), edits: editsBetween(this.row.map(({ id }) => id), old, merged),
      selection: selection && { anchor: this.follow(selection.anchor, old, merged), head: this.follow(selection.head, old, merged) },
    };
  }

  /** What someone else wrote, seeing `version`. */
  write(version: Version, changed: ChangedBlocks): Version {
    const old = this.units(version);
    const starts = old.flatMap(({ block }, index) => (block ? [index] : []));
    let { from, to, blocks } = changed;
    // The first marker goes on to stand for the block that comes first then.
    if (from === 0 && blocks.length === 0) blocks = blocksOf(old.slice(starts[to], starts[(to += 1)] ?? old.length));
    const [start, end] = [starts[from] ?? old.length, starts[to] ?? old.length];
    this.changes += 1;
    this.rewrite(old[start - 1]?.id ?? null, old.slice(start, end), unitsOf(blocks));
    return new Set([...version, this.changes]);
  }

  private rewrite(left: number | null, old: Unit[], wanted: Unit[]) {
    const isFirst = left === null && old.length > 0;
    const kept = isFirst ? new Map([[0, 0], ...[...common(old.slice(1), wanted.slice(1))].map(([to, from]) => [to + 1, from + 1] as const)]) : common(old, wanted);
    let [before, index] = [left, 0];
    for (const [wantedIndex, unit] of wanted.entries()) {
      const match = kept.get(wantedIndex);
      if (match === undefined) {
        const place = before === null ? 0 : this.row.findIndex(({ id }) => id === before) + 1;
        this.lastId += 1;
        const marks = Object.fromEntries(Object.entries(unit.marks).map(([name, value]) => [name, [{ by: this.changes, value }]]));
        this.row.splice(place, 0, { id: this.lastId, by: this.changes, gone: [], letter: unit.letter, blocks: unit.block ? [{ by: this.changes, value: unit.block }] : [], marks });
        before = this.lastId;
        continue;
      }
      for (; index < match; index += 1) this.element(old[index]!.id).gone.push(this.changes);
      index = match + 1;
      const [element, was] = [this.element(old[match]!.id), old[match]!];
      before = element.id;
      if (unit.block && JSON.stringify(unit.block) !== JSON.stringify(was.block)) element.blocks.push({ by: this.changes, value: unit.block });
      for (const name of new Set([...Object.keys(unit.marks), ...Object.keys(was.marks)])) {
        if (unit.marks[name] !== was.marks[name]) (element.marks[name] ??= []).push({ by: this.changes, value: unit.marks[name] ?? null });
      }
    }
    for (; index < old.length; index += 1) this.element(old[index]!.id).gone.push(this.changes);
  }

  private element(id: number): Element {
    return this.row.find((element) => element.id === id)!;
  }

  private units(version: Version): Unit[] {
    const last = <Value>(settings: Setting<Value>[]) => settings.findLast(({ by }) => version.has(by))?.value;
    const units = this.row.filter(({ by, gone }) => version.has(by) && !gone.some((change) => version.has(change))).map((element): Unit => {
      const marks = Object.entries(element.marks).map(([name, settings]) => [name, last(settings) ?? null] as const);
      return { id: element.id, letter: element.letter, block: last(element.blocks) ?? null, marks: Object.fromEntries(marks.filter(([, value]) => value !== null)) as Record<string, Plain> };
    });
    // The first marker of all is never taken away.
    return units[0]?.block ? units : [{ id: 0, letter: null, block: { kind: "paragraph", parents: [], attrs: {}, is_embed: false }, marks: {} }, ...units];
  }

  private follow(index: number, old: Unit[], merged: Unit[]): number {
    for (let left = index - 1; left >= 0; left -= 1) {
      const found = merged.findIndex(({ id }) => id === old[left]!.id);
      if (found >= 0) return found + 1;
    }
    return 1;
  }

  private headsOf(version: Version): string[] {
    const heads = [[...version].sort((a, b) => a - b).join(".")];
    this.versions.set(heads.join(), version);
    return heads;
  }
}

export function unitsOf(blocks: NoteBlock[]): Unit[] {
  return blocks.flatMap(({ runs, ...block }) => [
    { id: 0, letter: null, block, marks: {} },
    ...runs.flatMap(({ text, marks }) => text.split("").map((letter) => ({ id: 0, letter, block: null, marks }))),
  ]);
}

function blocksOf(units: Unit[]): NoteBlock[] {
  const blocks: NoteBlock[] = [];
  for (const { letter, block, marks } of units) {
    if (block) {
      blocks.push({ ...block, runs: [] });
      continue;
    }
    const { runs } = blocks.at(-1)!;
    const last = runs.at(-1);
    if (last && JSON.stringify(Object.entries(last.marks).sort()) === JSON.stringify(Object.entries(marks).sort())) last.text += letter;
    else runs.push({ text: letter!, marks });
  }
  return blocks;
}

/** The longest common row of letters and markers: index in `wanted` to index in `old`. */
function common(old: Unit[], wanted: Unit[]): Map<number, number> {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(wanted.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = wanted.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] = old[i]!.letter === wanted[j]!.letter ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const kept = new Map<number, number>();
  for (let i = 0, j = 0; i < old.length && j < wanted.length; ) {
    if (old[i]!.letter === wanted[j]!.letter) kept.set(j++, i++);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i += 1;
    else j += 1;
  }
  return kept;
}

function editsBetween(row: number[], old: Unit[], merged: Unit[]): BodyEdit[] {
  const edits: BodyEdit[] = [];
  const [wasThere, isThere] = [new Map(old.map((unit) => [unit.id, unit])), new Map(merged.map((unit) => [unit.id, unit]))];
  let at = 0;
  for (const id of [0, ...row]) {
    const [was, is] = [wasThere.get(id), isThere.get(id)];
    if (was && !is) edits.push(was.block ? { edit: "join", at } : { edit: "delete", at, units: 1 });
    if (is && !was) edits.push(is.block ? { edit: "split", at, block: is.block } : { edit: "insert", at, text: is.letter!, marks: is.marks });
    if (was && is && JSON.stringify(was.block) !== JSON.stringify(is.block)) edits.push({ edit: "set_block", at, block: is.block! });
    if (was && is) {
      for (const name of new Set([...Object.keys(was.marks), ...Object.keys(is.marks)])) {
        if (was.marks[name] !== is.marks[name]) edits.push({ edit: "mark", from: at, to: at + 1, name, value: is.marks[name] ?? null });
      }
    }
    if (is) at += 1;
  }
  return edits;
}

