import fc from "fast-check";
import { AllSelection } from "prosemirror-state";
import { expect, test } from "vitest";
import { ModelEngine } from "./model";
import { schema } from "./schema";
import { redo, undo } from "./undo";
import { type Alphabet, counted, type Deed, deeds, live, paragraph } from "./world";

function begin(alphabet: Alphabet, all: Deed[]) {
  const model = new ModelEngine([paragraph("ا"), paragraph("")]);
  return live(alphabet, { body: async () => structuredClone(model.body()), flush: async (sent) => model.flush(sent) }, all);
}

const seconds = Number(import.meta.env["EDITOR_SECONDS"] ?? 8) * 1000;
const settings = { interruptAfterTimeLimit: seconds, markInterruptAsFailure: false, numRuns: 1_000_000 };

test("every letter typed and not erased is there exactly once, and none that was erased comes back", { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => {
    const world = await begin("distinct", all);
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
  await fc.assert(fc.asyncProperty(deeds, async (all) => void (await begin(alphabet, all))), { ...settings, interruptAfterTimeLimit: seconds / 2 });
});

test("undoing everything takes back all of one's own and nothing of others'", { timeout: 600_000 }, async () => {
  await fc.assert(fc.asyncProperty(deeds, async (all) => {
    const world = await begin("distinct", all.filter(({ deed }) => deed !== "redo"));
    const everErased = new Set(world.everErased);
    while (undo(world.state)) await world.do({ deed: "undo" });
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
    const world = await begin("distinct", all);
    const end = world.state.doc;
    let steps = 0;
    for (; undo(world.state); steps += 1) await world.do({ deed: "undo" });
    expect(world.state.doc.textContent).toBe("ا");
    for (; steps > 0; steps -= 1) await world.do({ deed: "redo" });
    expect(world.state.doc.toJSON()).toEqual(end.toJSON());
  }), { ...settings, interruptAfterTimeLimit: seconds / 2 });
});

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
