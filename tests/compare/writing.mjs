// What people write in the comparison: changes of a few Arabic words, most of them at the end. The words and the
// proportions are those of src/scenario/writing.rs; the random numbers are others, so no two texts are the same.

import { readFileSync } from "node:fs";

const WORDS = readFileSync(new URL("../src/scenario/words.txt", import.meta.url), "utf8").trim().split("\n");

/** A writer who writes the same in every run. */
export class Writer {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number below `end`, of the generator mulberry32. */
  below(end) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(end, 1);
  }

  /** So many words, with a space before each. */
  words(count) {
    return Array.from({ length: count }, () => ` ${WORDS[this.below(WORDS.length)]}`).join("");
  }

  /** One to seven words: 85 of 100 times at the note's end, else somewhere in it, over up to five letters. */
  change(length) {
    const words = this.words(1 + this.below(7));
    if (this.below(100) < 85) return { at: length, deleted: 0, words };
    const at = Math.min(1 + this.below(length), length);
    return { at, deleted: Math.min(this.below(6), length - at), words };
  }
}
