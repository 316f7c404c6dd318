// What must hold of a page, over any engine, whatever is done.

import fc from "fast-check";
import { expect } from "vitest";
import { undo } from "./undo";
import { type Alphabet, counted, type Deed, deeds, type World } from "./world";

/** Gives a world of its own in which everything was done and settled. */
export type Begin = (alphabet: Alphabet, all: Deed[]) => Promise<World>;

export const everyLetterOnce = (begin: Begin) => fc.asyncProperty(deeds, async (all) => {
  const world = await begin("distinct", all);
  const counts = counted(world.state.doc.textContent);
  for (const letter of [...world.typed, ...world.typedByOthers]) {
    const isErased = world.erased.has(letter) || world.erasedByOthers.has(letter);
    // A letter that both erased at once, and that was then taken back here, is one that this page put in anew.
    if (world.everErased.has(letter) && world.erasedByOthers.has(letter) && !world.erased.has(letter)) continue;
    expect(counts.get(letter) ?? 0, letter).toBe(isErased ? 0 : 1);
  }
});

export const agreement = (begin: Begin, alphabet: Alphabet) => fc.asyncProperty(deeds, async (all) => void (await begin(alphabet, all)));

export const undoTakesBackItsOwn = (begin: Begin) => fc.asyncProperty(deeds, async (all) => {
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
});

const alone = deeds.map((all) => all.filter(({ deed }) => !deed.startsWith("other") && deed !== "undo" && deed !== "redo" && deed !== "fail"));

export const redoLeadsBack = (begin: Begin) => fc.asyncProperty(alone, async (all) => {
  const world = await begin("distinct", all);
  const end = world.state.doc;
  let steps = 0;
  for (; undo(world.state); steps += 1) await world.do({ deed: "undo" });
  expect(world.state.doc.textContent).toBe("ا");
  for (; steps > 0; steps -= 1) await world.do({ deed: "redo" });
  expect(world.state.doc.toJSON()).toEqual(end.toJSON());
});
