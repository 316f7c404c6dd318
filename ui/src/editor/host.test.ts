// The editor over the real engine. `host --sample --port 8796` starts one, and EDITOR_HOST=http://127.0.0.1:8796 names
// it here. Without a name these tests are skipped, since they leave a note behind for each run.

import fc from "fast-check";
import { test } from "vitest";
import type { DocumentName, NoteBody, Start } from "../engine/types";
import { runs } from "../test-runs";
import { agreement, everyLetterOnce, undoTakesBackItsOwn } from "./properties";
import { type Alphabet, type Deed, live, paragraph } from "./world";

const host: string | undefined = import.meta.env["EDITOR_HOST"];

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

test.skipIf(!space)("over the real engine every letter is there exactly once", () => fc.assert(everyLetterOnce(begin), runs(100)));

test.skipIf(!space).for(["two letters", "with harakat"] as const)("page and real engine agree in %s", (alphabet) => fc.assert(agreement(begin, alphabet), runs(50)));

test.skipIf(!space)("over the real engine undoing everything takes back all of one's own and nothing of others'", () => fc.assert(undoTakesBackItsOwn(begin), runs(100)));
