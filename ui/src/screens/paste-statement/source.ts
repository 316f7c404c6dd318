// A note's text as a statement is read from it, and where its letters stand in the note.

import type { DocumentName, Hash, NoteBody, UnitRange } from "../../engine/types";

/** Indexes into a note's flat body. */
export type Range = { from: number; to: number };
/** `text` begins at the unit `start` of the note's flat body. */
export type Source = { note: DocumentName; heads: Hash[]; text: string; start: number };

/** The text of a note or of a range in it, one line for each block. A block's marker counts as one unit of the body, and
 *  so does the line break that stands for it here; only the first block's marker has none. */
export function textOf({ blocks, heads }: NoteBody, range: Range | null): Omit<Source, "note"> {
  const text = blocks.map(({ runs }) => runs.map((run) => run.text).join("")).join("\n");
  const [from, to] = range ? [Math.max(0, range.from - 1), range.to - 1] : [0, text.length];
  return { heads, text: text.slice(from, to), start: from + 1 };
}

/** Where a stretch of the statement stands in the note's flat body. */
export function inBody({ start: first }: Pick<Source, "start">, { start, end }: UnitRange): UnitRange {
  return { start: first + start, end: first + end };
}
