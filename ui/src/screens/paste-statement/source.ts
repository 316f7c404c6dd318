// A note's text as a statement is read from it, and where its letters stand in the note.

import type { NoteBody } from "../../engine/types";

/** One line for each block. Since a block's marker counts as one unit and so does the line break that stands for it here,
 *  a letter at `n` in this text stands at `n + 1` in the note's flat body. */
export function textOf({ blocks }: NoteBody): string {
  return blocks.map(({ runs }) => runs.map(({ text }) => text).join("")).join("\n");
}

export function bodyIndex(offset: number): string {
  return String(offset + 1);
}
