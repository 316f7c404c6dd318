import fc from "fast-check";
import { AllSelection } from "prosemirror-state";
import { expect, test } from "vitest";
import { runs } from "../test-runs";
import { ModelEngine } from "./model";
import { agreement, everyLetterOnce, redoLeadsBack, undoTakesBackItsOwn } from "./properties";
import { schema } from "./schema";
import { redo, undo } from "./undo";
import { type Alphabet, counted, type Deed, live, paragraph } from "./world";

function begin(alphabet: Alphabet, all: Deed[]) {
  const model = new ModelEngine([paragraph("ا"), paragraph("")]);
  return live(alphabet, { body: async () => structuredClone(model.body()), flush: async (sent) => model.flush(sent) }, all);
}

test("every letter typed and not erased is there exactly once, and none that was erased comes back", () => fc.assert(everyLetterOnce(begin), runs(1200)));

test.for(["two letters", "with harakat"] as const)("page and engine agree in %s", (alphabet) => fc.assert(agreement(begin, alphabet), runs(600)));

test("undoing everything takes back all of one's own and nothing of others'", () => fc.assert(undoTakesBackItsOwn(begin), runs(1200)));

test("redoing everything leads back to where undoing began", () => fc.assert(redoLeadsBack(begin), runs(600)));

/** What a property failed with once. */
const found = (all: Deed[]) => ({ examples: [[all]] as [Deed[]][], numRuns: 1 });

test("a letter split off and joined to the next block is the same letter, and gone where others erased it", () => fc.assert(everyLetterOnce(begin), found([
  { deed: "type", at: 157, letters: 4, elsewhere: true }, { deed: "other_splits", at: 0 }, { deed: "type", at: 0, letters: 4, elsewhere: false },
  { deed: "other_types", at: 0, letters: 1 }, { deed: "flush" }, { deed: "other_types", at: 0, letters: 4 }, { deed: "answer" },
  { deed: "other_erases", at: 0, units: 3 }, { deed: "other_types", at: 0, letters: 1 }, { deed: "split", at: 3028 },
  { deed: "erase", at: 670, units: 3 }, { deed: "erase", at: 3345, units: 1 }, { deed: "other_marks", at: 0, units: 1 },
])));

test("a letter between an erased block's end and a new one is the same letter, and gone where others erased it", () => fc.assert(everyLetterOnce(begin), found([
  { deed: "other_types", at: 0, letters: 1 }, { deed: "flush" }, { deed: "answer" }, { deed: "arrive" }, { deed: "other_types", at: 0, letters: 1 },
  { deed: "erase", at: 3495, units: 2 }, { deed: "other_erases", at: 0, units: 2 }, { deed: "split", at: 0 },
])));

test("undo beside a block that begins and one that ends touches no letter between them", () => fc.assert(undoTakesBackItsOwn(begin), found([
  { deed: "other_types", at: 1676, letters: 2 }, { deed: "answer" }, { deed: "compose" }, { deed: "erase", at: 6356, units: 1 }, { deed: "split", at: 1974 },
  { deed: "pause", ms: 600 }, { deed: "undo" }, { deed: "answer" }, { deed: "answer" }, { deed: "answer" }, { deed: "flush" }, { deed: "other_erases", at: 0, units: 2 },
])));

test("undo between two changes of one event touches no letter of others", () => fc.assert(everyLetterOnce(begin), found([
  { deed: "type", at: 1, letters: 2, elsewhere: true }, { deed: "pause", ms: 600 }, { deed: "answer" },
  { deed: "replace", at: 2, units: 2 }, { deed: "split", at: 4 }, { deed: "flush" }, { deed: "answer" },
  { deed: "other_types", at: 2, letters: 1 }, { deed: "answer" }, { deed: "undo" }, { deed: "other_erases", at: 2, units: 1 },
])));

test("undo of a block that was replaced in several places touches no letter between them", () => fc.assert(undoTakesBackItsOwn(begin), found([
  { deed: "other_types", at: 0, letters: 1 }, { deed: "other_erases", at: 5653, units: 1 }, { deed: "other_types", at: 0, letters: 2 }, { deed: "answer" },
  { deed: "split", at: 0 }, { deed: "replace", at: 5055, units: 2 }, { deed: "other_erases", at: 0, units: 1 }, { deed: "replace", at: 5073, units: 5 },
  { deed: "flush" }, { deed: "answer" }, { deed: "other_types", at: 0, letters: 1 }, { deed: "erase", at: 0, units: 1 },
])));

test("select all and typing over it can be undone, and keeps what others wrote there meanwhile", async () => {
  const world = await begin("distinct", [{ deed: "type", at: 1, letters: 3, elsewhere: true }, { deed: "split", at: 2 }]);
  const text = world.state.doc.textContent;
  world.state = world.state.apply(world.state.tr.setSelection(new AllSelection(world.state.doc)));
  world.state = world.state.apply(world.state.tr.replaceSelectionWith(schema.text("x"), false));
  await world.settle();
  await world.do({ deed: "other_types", at: 1, letters: 2 });
  await world.settle();
  const others = [...world.typedByOthers].join("");
  expect(world.state.doc.textContent).toContain(others);
  while (undo(world.state)) await world.do({ deed: "undo" });
  expect(counted(world.state.doc.textContent)).toEqual(counted(`ا${others}`));
  while (redo(world.state)) await world.do({ deed: "redo" });
  expect(counted(world.state.doc.textContent)).toEqual(counted(`x${others}`));
  expect(text.length).toBe(4);
});
