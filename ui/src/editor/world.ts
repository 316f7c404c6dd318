// A page that is written on while others write too and answers come late, come not at all, or come while letters are
// composed: for tests, over any engine.

import fc from "fast-check";
import { EditorState, TextSelection, type Transaction } from "prosemirror-state";
import { expect, vi } from "vitest";
import type { FlushAnswer, NoteBlock, NoteBody } from "../engine/types";
import { setBlock, splitAt } from "./apply";
import { flatOf, positionOf } from "./flat";
import { Flusher, type Sent } from "./flush";
import { othersTransaction } from "./others";
import { blockOf, docOf, emptyBlock, noteBlockOf, schema } from "./schema";
import { isByOthers, redo, undo, undoable } from "./undo";

export const paragraph = (text: string): NoteBlock => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: text ? [{ text, marks: {} }] : [] });
const headed: NoteBlock = { kind: "heading", parents: [], attrs: { level: 1 }, is_embed: false, runs: [] };
const numbers = fc.nat({ max: 10_000 });

/** What a person, another person or the line between page and engine does next; numbers choose where. */
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ deed: fc.constant("type" as const), at: numbers, letters: fc.integer({ min: 1, max: 4 }), elsewhere: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ deed: fc.constant("erase" as const), at: numbers, units: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("split" as const), at: numbers }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("mark" as const), at: numbers, units: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("head" as const), at: numbers }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("replace" as const), at: numbers, units: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("undo" as const) }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("redo" as const) }) },
  { weight: 5, arbitrary: fc.record({ deed: fc.constant("flush" as const) }) },
  { weight: 5, arbitrary: fc.record({ deed: fc.constant("answer" as const) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("arrive" as const) }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("fail" as const) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("pause" as const), ms: fc.constantFrom(100, 600, 2000) }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("compose" as const) }) },
  { weight: 5, arbitrary: fc.record({ deed: fc.constant("other_types" as const), at: numbers, letters: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("other_erases" as const), at: numbers, units: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("other_splits" as const), at: numbers }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("other_marks" as const), at: numbers, units: fc.integer({ min: 1, max: 6 }) }) },
);
export type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;
/** What the page asks of an engine. Others write by flushes of their own. */
export type TestedEngine = { body(): Promise<NoteBody>; flush(sent: Sent): Promise<FlushAnswer> };
export type Alphabet = "distinct" | "two letters" | "with harakat";

export class World {
  state: EditorState;
  readonly flusher: Flusher;
  isComposing = false;
  /** Flushes that are on their way to the engine, or whose answer is on its way back. */
  private readonly onTheWay: { arrive(): Promise<FlushAnswer>; answer(): Promise<void>; fail(): Promise<void> }[] = [];
  readonly typed = new Set<string>();
  readonly typedByOthers = new Set<string>();
  readonly erased = new Set<string>();
  readonly everErased = new Set<string>();
  readonly erasedByOthers = new Set<string>();
  private letters = 0;

  constructor(private readonly alphabet: Alphabet, private readonly engine: TestedEngine, body: NoteBody) {
    this.state = EditorState.create({ doc: docOf(body.blocks), plugins: [undoable()] });
    this.flusher = new Flusher(
      {
        doc: () => this.state.doc,
        selection: () => ({ anchor: flatOf(this.state.doc, this.state.selection.anchor), head: flatOf(this.state.doc, this.state.selection.head) }),
        isComposing: () => this.isComposing,
        apply: (edits, selection) => {
          const left = this.leftOfCaret();
          this.state = this.state.apply(othersTransaction(this.state, edits, selection));
          this.keepsNeighbour(left);
        },
        send: (sent) => this.send(sent),
        tell: () => {},
      },
      body.heads,
    );
  }

  private send(sent: Sent): Promise<FlushAnswer> {
    return new Promise((resolve, reject) => {
      let taken: Promise<FlushAnswer> | null = null;
      const arrive = () => (taken ??= this.engine.flush(sent));
      const answer = () => arrive().then(resolve, reject);
      // What fails never arrived: the engine takes all of a flush or nothing.
      this.onTheWay.push({ arrive, answer, fail: async () => (taken ? answer() : reject({ code: "internal" })) });
    });
  }

  private fresh(): string {
    this.letters += 1;
    if (this.alphabet === "distinct") return String.fromCharCode(0x4e00 + this.letters);
    if (this.alphabet === "two letters") return this.letters % 3 ? "ا" : "ل";
    return ["م", "\u0651", "د", "\u064e"][this.letters % 4]!;
  }

  private some(count: number): string {
    return Array.from({ length: count }, () => this.fresh()).join("");
  }

  private apply(tr: Transaction) {
    if (this.isComposing) tr.setMeta("composition", 1);
    this.state = this.state.apply(tr);
    if (tr.docChanged && !isByOthers(tr)) this.flusher.typed(tr);
  }

  private place(at: number): number {
    return positionOf(this.state.doc, 1 + (at % (this.state.doc.content.size - this.state.doc.childCount)));
  }

  private noteErased(before: string) {
    const after = new Set(this.state.doc.textContent);
    for (const letter of before) if (!after.has(letter)) for (const set of [this.erased, this.everErased]) set.add(letter);
    for (const letter of after) this.erased.delete(letter);
  }

  private leftOfCaret(): string | undefined {
    return this.state.selection.$head.nodeBefore?.text?.at(-1);
  }

  /** Unless it was erased, the letter before the caret is still before it, at most with a new block's beginning between. */
  private keepsNeighbour(left: string | undefined) {
    if (this.alphabet !== "distinct" || !left || !this.state.doc.textContent.includes(left)) return;
    const { $head } = this.state.selection;
    const before = this.state.doc.textBetween(0, $head.pos);
    expect(before.at(-1)).toBe(left);
  }

  async do(deed: Deed): Promise<void> {
    const before = this.state.doc.textContent;
    switch (deed.deed) {
      case "type": {
        const text = this.some(deed.letters);
        for (const letter of text) this.typed.add(letter);
        if (deed.elsewhere) this.apply(this.state.tr.setSelection(TextSelection.create(this.state.doc, this.place(deed.at))));
        const { from } = this.state.selection;
        this.apply(this.state.tr.insertText(text, from, from));
        return;
      }
      case "erase":
      case "replace": {
        const [from, to] = [this.place(deed.at), this.place(deed.at + deed.units)].toSorted((a, b) => a - b) as [number, number];
        if (from === to) return;
        const text = deed.deed === "replace" ? this.some(2) : "";
        for (const letter of text) this.typed.add(letter);
        const tr = this.state.tr.setSelection(TextSelection.create(this.state.doc, from, to));
        this.apply(text ? tr.insertText(text) : tr.deleteSelection());
        this.noteErased(before);
        return;
      }
      case "split":
        this.apply(splitAt(this.state.tr, this.place(deed.at), blockOf(emptyBlock())));
        return;
      case "mark":
        this.apply(this.state.tr.addMark(...([this.place(deed.at), this.place(deed.at + deed.units)].toSorted((a, b) => a - b) as [number, number]), schema.marks["strong"]!.create()));
        return;
      case "head": {
        const $place = this.state.doc.resolve(this.place(deed.at));
        this.apply(setBlock(this.state.tr, $place.before(), { kind: "heading", parents: [], attrs: { level: 1 + (deed.at % 3) }, is_embed: false }));
        return;
      }
      case "undo":
        this.checkedTurn(undo);
        return;
      case "redo":
        this.checkedTurn(redo);
        return;
      case "flush":
        void this.flusher.flush();
        return;
      case "arrive":
        await this.onTheWay[0]?.arrive();
        return;
      case "answer":
        await this.onTheWay.shift()?.answer();
        await turns();
        return;
      case "fail":
        await this.onTheWay.shift()?.fail();
        await turns();
        return;
      case "pause":
        vi.advanceTimersByTime(deed.ms);
        await turns();
        return;
      case "compose":
        this.isComposing = !this.isComposing;
        if (!this.isComposing) this.flusher.composed();
        return;
      default:
        await this.other(deed);
    }
  }

  /** Undo and redo never take away a letter that others typed, unless this page itself had erased it before. */
  private checkedTurn(command: typeof undo) {
    const before = this.state.doc.textContent;
    command(this.state, (tr) => this.apply(tr));
    this.noteErased(before);
    if (this.alphabet !== "distinct" || command !== undo) return;
    const after = new Set(this.state.doc.textContent);
    for (const letter of before) if (this.typedByOthers.has(letter)) expect(after.has(letter)).toBe(true);
  }

  private async other(deed: Deed & { at: number }): Promise<void> {
    const { heads, blocks } = await this.engine.body();
    const doc = docOf(blocks);
    const state = EditorState.create({ doc });
    const place = (at: number) => positionOf(doc, 1 + (at % (doc.content.size - doc.childCount)));
    let tr = state.tr;
    if (deed.deed === "other_types") {
      const text = this.some(deed.letters);
      for (const letter of text) this.typedByOthers.add(letter);
      tr = tr.insertText(text, place(deed.at));
    } else if (deed.deed === "other_splits") {
      tr = splitAt(tr, place(deed.at), deed.at % 2 ? blockOf(docOf([headed]).child(0)) : blockOf(emptyBlock()));
    } else if (deed.deed === "other_erases" || deed.deed === "other_marks") {
      const [from, to] = [place(deed.at), place(deed.at + deed.units)].toSorted((a, b) => a - b) as [number, number];
      tr = deed.deed === "other_marks" ? tr.addMark(from, to, schema.marks["em"]!.create()) : tr.delete(from, to);
    }
    const left = new Set(tr.doc.textContent);
    for (const letter of doc.textContent) if (!left.has(letter)) this.erasedByOthers.add(letter);
    await this.engine.flush({ heads, changed: { from: 0, to: doc.childCount, blocks: tr.doc.children.map(noteBlockOf) }, selection: null });
    if (deed.at % 3) this.flusher.changedByOthers();
  }

  /** Everything comes through at last, and page and engine hold the same. */
  async settle(): Promise<void> {
    this.isComposing = false;
    // The first answers may only bring what others did up to then.
    for (let round = 0; round < 3; round += 1) {
      void this.flusher.flush();
      await turns();
      for (let next = this.onTheWay.shift(); next; next = this.onTheWay.shift()) {
        await next.answer();
        await turns();
      }
    }
    expect(this.flusher.isClean).toBe(true);
    expect(this.state.doc.children.map(noteBlockOf).map(plainly)).toEqual((await this.engine.body()).blocks.map(plainly));
  }
}

/** Lets what follows on an answer happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const plainly = ({ runs, ...block }: NoteBlock) => ({ ...block, runs: runs.map(({ text, marks }) => [text, Object.entries(marks).sort()]) });

/** A world in which `deeds` were done and everything settled. Its time passes only by pauses. */
export async function live(alphabet: Alphabet, engine: TestedEngine, all: Deed[]): Promise<World> {
  vi.useFakeTimers({ now: 0, toFake: ["Date", "setTimeout", "clearTimeout"] });
  const world = new World(alphabet, engine, await engine.body());
  for (const deed of all) await world.do(deed);
  await world.settle();
  return world;
}

/** How often each letter is in a text. */
export function counted(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return counts;
}

export const deeds = fc.array(deed, { minLength: 5, maxLength: 60 });
