// The editor over the real engine. `host --sample --port 8796` starts one, and EDITOR_HOST=http://127.0.0.1:8796 names
// it here. Without a name these tests are skipped, since they leave a note behind for each run.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { DocumentName, NoteBody, Start } from "../engine/types";
import { undo } from "./undo";
import { counted, type Deed, deeds, live, paragraph, type Alphabet } from "./world";

const host: string | undefined = import.meta.env["EDITOR_HOST"];
const seconds = Number(import.meta.env["EDITOR_SECONDS"] ?? 8) * 1000;
const settings = { interruptAfterTimeLimit: seconds, markInterruptAsFailure: false, numRuns: 1_000_000 };

async function ask<Result>(name: string, args: object): Promise<Result> {
  const response = await fetch(`${host}/cmd/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(args), signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw await response.json();
  return response.json() as Promise<Result>;
}

const start = host ? await ask<Start>("start", {}) : null;
const space = start?.spaces.find(({ role }) => role !== "viewer")?.space;

async function begin(alphabet: Alphabet, all: Deed[]) {
  const name = await ask<DocumentName>("create", { space, kind: "note", title: "", edits: [] });
  const body = () => ask<NoteBody>("note_body", { name, heads: null });
  const { heads } = await body();
  await ask("note_flush", { name, heads, changed: { from: 0, to: 1, blocks: [paragraph("ا"), paragraph("")] }, selection: null });
  return live(alphabet, { body, flush: (sent) => ask("note_flush", { name, ...sent }) }, all);
}

test.skipIf(!space)("over the real engine every letter is there exactly once", { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => {
    const world = await begin("distinct", all);
    const counts = counted(world.state.doc.textContent);
    for (const letter of [...world.typed, ...world.typedByOthers]) {
      const isErased = world.erased.has(letter) || world.erasedByOthers.has(letter);
      if (world.everErased.has(letter) && world.erasedByOthers.has(letter) && !world.erased.has(letter)) continue;
      expect(counts.get(letter) ?? 0, letter).toBe(isErased ? 0 : 1);
    }
  }), settings);
});

test.skipIf(!space).for(["two letters", "with harakat"] as const)("page and real engine agree in %s", { timeout: 600_000 }, async (alphabet) => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => void (await begin(alphabet, all))), { ...settings, interruptAfterTimeLimit: seconds / 2 });
});

test.skipIf(!space)("over the real engine undoing everything takes back all of one's own and nothing of others'", { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => {
    const world = await begin("distinct", all.filter(({ deed }) => deed !== "redo"));
    const everErased = new Set(world.everErased);
    while (undo(world.state)) await world.do({ deed: "undo" });
    await world.settle();
    const counts = counted(world.state.doc.textContent);
    for (const letter of world.typed) expect(counts.get(letter) ?? 0, `own ${letter}`).toBe(0);
    for (const letter of world.typedByOthers) {
      if (!everErased.has(letter) || !world.erasedByOthers.has(letter)) expect(counts.get(letter) ?? 0, `others' ${letter}`).toBe(world.erasedByOthers.has(letter) ? 0 : 1);
    }
  }), settings);
});
