import fc from "fast-check";
import { AllSelection, EditorState, TextSelection, type Transaction } from "prosemirror-state";
import { expect, test } from "vitest";
import type { FlushAnswer, NoteBlock } from "../engine/types";
import { setBlock, splitAt } from "./apply";
import { flatOf, positionOf } from "./flat";
import { Flusher, type Sent } from "./flush";
import { ModelEngine } from "./model";
import { othersTransaction } from "./others";
import { blockOf, docOf, emptyBlock, noteBlockOf, schema } from "./schema";
import { isByOthers, redo, undo, undoable } from "./undo";

const paragraph = (text: string): NoteBlock => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: text ? [{ text, marks: {} }] : [] });
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
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("fail" as const) }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("compose" as const) }) },
  { weight: 5, arbitrary: fc.record({ deed: fc.constant("other_types" as const), at: numbers, letters: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("other_erases" as const), at: numbers, units: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("other_splits" as const), at: numbers }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant("other_marks" as const), at: numbers, units: fc.integer({ min: 1, max: 6 }) }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;
type Alphabet = "distinct" | "two letters" | "with harakat";

class World {
  readonly engine = new ModelEngine([paragraph("ا"), paragraph("")]);
  state: EditorState;
  readonly flusher: Flusher;
  isComposing = false;
  /** Flushes that the engine has taken or lost, and whose answer is still on its way. */
  readonly onTheWay: { answer(): void; fail(): void }[] = [];
  readonly typed = new Set<string>();
  readonly typedByOthers = new Set<string>();
  readonly erased = new Set<string>();
  readonly everErased = new Set<string>();
  readonly erasedByOthers = new Set<string>();
  private letters = 0;

  constructor(private readonly alphabet: Alphabet) {
    const body = this.engine.body();
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
      // A lost answer is of a flush that never arrived: the engine takes all of it or nothing.
      this.onTheWay.push({ answer: () => resolve(this.engine.flush(sent)), fail: () => reject({ code: "internal" }) });
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
    if (tr.docChanged && !isByOthers(tr)) this.flusher.typed();
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

  do(deed: Deed) {
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
      case "answer":
        this.onTheWay.shift()?.answer();
        return;
      case "fail":
        this.onTheWay.shift()?.fail();
        return;
      case "compose":
        this.isComposing = !this.isComposing;
        if (!this.isComposing) this.flusher.composed();
        return;
      default:
        this.other(deed);
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

  private other(deed: Deed & { at: number }) {
    const blocks = structuredClone(this.engine.body().blocks);
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
    this.engine.write(this.engine.now(), { from: 0, to: doc.childCount, blocks: tr.doc.children.map(noteBlockOf) });
    if (deed.at % 3) this.flusher.changedByOthers();
  }

  async settle() {
    this.isComposing = false;
    for (let round = 0; round < 6; round += 1) {
      void this.flusher.flush();
      for (let turn = 0; turn < 4; turn += 1) {
        await Promise.resolve();
        this.onTheWay.shift()?.answer();
        await arrivals();
      }
    }
    expect(this.flusher.isClean).toBe(true);
    expect(this.state.doc.children.map(noteBlockOf).map(plainly)).toEqual(this.engine.body().blocks.map(plainly));
  }
}

const plainly = ({ runs, ...block }: NoteBlock) => ({ ...block, runs: runs.map(({ text, marks }) => [text, Object.entries(marks).sort()]) });

/** Lets everything that waits for an answer go on. */
async function arrivals() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function live(alphabet: Alphabet, deeds: Deed[]): Promise<World> {
  const world = new World(alphabet);
  for (const deed of deeds) {
    world.do(deed);
    if (deed.deed === "answer" || deed.deed === "fail") await arrivals();
  }
  await world.settle();
  return world;
}

function counted(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return counts;
}

const deeds = fc.array(deed, { minLength: 5, maxLength: 60 });
const seconds = Number(import.meta.env["EDITOR_SECONDS"] ?? 8) * 1000;
const settings = { interruptAfterTimeLimit: seconds, markInterruptAsFailure: false, numRuns: 1_000_000 };

test("every letter typed and not erased is there exactly once, and none that was erased comes back", { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => {
    const world = await live("distinct", all);
    const counts = counted(world.state.doc.textContent);
    for (const letter of [...world.typed, ...world.typedByOthers]) {
      const isErased = world.erased.has(letter) || world.erasedByOthers.has(letter);
      // A letter that both erased at once, and that was then taken back here, is one that this page put in anew.
      if (world.everErased.has(letter) && world.erasedByOthers.has(letter) && !world.erased.has(letter)) continue;
      expect(counts.get(letter) ?? 0, letter).toBe(isErased ? 0 : 1);
    }
  }), settings);
});

test.for(["two letters", "with harakat"] as const)("page and engine agree in %s", { timeout: 600_000 }, async (alphabet) => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => void (await live(alphabet, all))), { ...settings, interruptAfterTimeLimit: seconds / 2 });
});

test("undoing everything takes back all of one's own and nothing of others'", { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => {
    const world = await live("distinct", all.filter(({ deed }) => deed !== "redo"));
    const everErased = new Set(world.everErased);
    while (undo(world.state)) world.do({ deed: "undo" });
    await world.settle();
    const counts = counted(world.state.doc.textContent);
    for (const letter of world.typed) expect(counts.get(letter) ?? 0, `own ${letter}`).toBe(0);
    // What one erased of others' came back, but what they erased themselves did not.
    for (const letter of world.typedByOthers) {
      // A letter that both erased at once is gone before the page can learn that it was not alone.
      if (!everErased.has(letter) || !world.erasedByOthers.has(letter)) expect(counts.get(letter) ?? 0, `others' ${letter}`).toBe(world.erasedByOthers.has(letter) ? 0 : 1);
    }
  }), settings);
});

test("redoing everything leads back to where undoing began", { timeout: 600_000 }, async () => {
  const own = deeds.map((all) => all.filter(({ deed }) => !deed.startsWith("other") && deed !== "undo" && deed !== "redo" && deed !== "fail"));
  await fc.assert(fc.asyncProperty(own, async (all) => {
    const world = await live("distinct", all);
    const end = world.state.doc;
    let steps = 0;
    for (; undo(world.state); steps += 1) world.do({ deed: "undo" });
    expect(world.state.doc.textContent).toBe("ا");
    for (; steps > 0; steps -= 1) world.do({ deed: "redo" });
    expect(world.state.doc.toJSON()).toEqual(end.toJSON());
  }), { ...settings, interruptAfterTimeLimit: seconds / 2 });
});

test("select all and typing over it can be undone, and keeps what others wrote there meanwhile", async () => {
  const world = await live("distinct", [{ deed: "type", at: 1, letters: 3, elsewhere: true }, { deed: "split", at: 2 }]);
  const text = world.state.doc.textContent;
  world.state = world.state.apply(world.state.tr.setSelection(new AllSelection(world.state.doc)));
  world.state = world.state.apply(world.state.tr.replaceSelectionWith(schema.text("x"), false));
  await world.settle();
  world.do({ deed: "other_types", at: 1, letters: 2 });
  await world.settle();
  const others = [...world.typedByOthers].join("");
  expect(world.state.doc.textContent).toContain(others);
  while (undo(world.state)) world.do({ deed: "undo" });
  expect(counted(world.state.doc.textContent)).toEqual(counted(`ا${others}`));
  while (redo(world.state)) world.do({ deed: "redo" });
  expect(counted(world.state.doc.textContent)).toEqual(counted(`x${others}`));
  expect(text.length).toBe(4);
});
