// Edits of one document reach the engine in the order in which they were made: it handles commands side by side, and words
// that are saved on the way to a button must be in before what the button does.

import type { DocumentName } from "./types";

const last = new Map<string, Promise<unknown>>();

/** Acts at once if nothing of the document is under way, and otherwise after it, however that ends. */
export function inTurn<Answer>({ space, document }: DocumentName, act: () => Promise<Answer>): Promise<Answer> {
  const key = `${space}/${document}`;
  const turn = last.get(key)?.then(act, act) ?? act();
  last.set(key, turn);
  const end = () => {
    if (last.get(key) === turn) last.delete(key);
  };
  turn.then(end, end);
  return turn;
}
