// Where an item goes when it is moved one place in a list that may show only some of the stored items.

import type { ItemId, Position } from "../../engine/types";

/** Just before `neighbour`. */
function before(all: ItemId[], neighbour: ItemId, moved: ItemId): Position {
  const others = all.filter((id) => id !== moved);
  const after = others[others.indexOf(neighbour) - 1];
  return after === undefined ? "first" : { after };
}

/** One place up among the shown ones; null where it is the first of them. */
export function placeUp(all: ItemId[], shown: ItemId[], id: ItemId): Position | null {
  const previous = shown[shown.indexOf(id) - 1];
  return previous === undefined ? null : before(all, previous, id);
}

/** One place down among the shown ones; null where it is the last of them. */
export function placeDown(shown: ItemId[], id: ItemId): Position | null {
  const next = shown[shown.indexOf(id) + 1];
  return next === undefined ? null : { after: next };
}

/** Where it stands now, to go back to. */
export function placeOf(all: ItemId[], id: ItemId): Position {
  const previous = all[all.indexOf(id) - 1];
  return previous === undefined ? "first" : { after: previous };
}

/** The order after a move. */
export function moved(all: ItemId[], id: ItemId, position: Position): ItemId[] {
  const others = all.filter((other) => other !== id);
  if (position === "first") return [id, ...others];
  if (position === "last") return [...others, id];
  const at = others.indexOf(position.after) + 1;
  return [...others.slice(0, at), id, ...others.slice(at)];
}

/** The numbers that change when numbered items take a new order: a list counted 1, 2, 3… is counted anew, and any other
 *  numbering was chosen by someone and stays. */
export function renumbered(items: { id: ItemId; number: number | null }[], order: ItemId[]): { id: ItemId; number: number }[] {
  if (!items.every(({ number }, index) => number === index + 1)) return [];
  return order.flatMap((id, index) => (items.find((item) => item.id === id)!.number === index + 1 ? [] : [{ id, number: index + 1 }]));
}
