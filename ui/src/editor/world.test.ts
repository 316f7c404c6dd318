import fc from "fast-check";
import { AllSelection } from "prosemirror-state";
import { expect, test } from "vitest";
import { ModelEngine } from "./model";
import { agreement, everyLetterOnce, redoLeadsBack, undoTakesBackItsOwn } from "./properties";
import { schema } from "./schema";
import { runs } from "../test-runs";
import { redo, undo } from "./undo";
import { type Alphabet, counted, type Deed, live, paragraph } from "./world";

function begin(alphabet: Alphabet, all: Deed[]) {
  const model = new ModelEngine([paragraph("ا"), paragraph("")]);
  return live(alphabet, { body: async () => structuredClone(model.body()), flush: async (sent) => model.flush(sent) }, all);
}

// Each property takes as long as it takes.
const patiently = { timeout: 0 };

test("every letter typed and not erased is there exactly once, and none that was erased comes back", patiently, () => fc.assert(everyLetterOnce(begin), runs(600)));

test.for(["two letters", "with harakat"] as const)("page and engine agree in %s", patiently, (alphabet) => fc.assert(agreement(begin, alphabet), runs(300)));

test("undoing everything takes back all of one's own and nothing of others'", patiently, () => fc.assert(undoTakesBackItsOwn(begin), runs(600)));

test("redoing everything leads back to where undoing began", patiently, () => fc.assert(redoLeadsBack(begin), runs(300)));

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
