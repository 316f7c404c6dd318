// The board's columns while a card is moved, and the place in the plan that a card's place in a column stands for.

import type { ItemId, Position, Status } from "../../engine/types";
import { statuses } from "./rules";

export type Columns = Record<Status, ItemId[]>;

/** The columns after a card came over another card, before or after it, or over a column, at its end. */
export function cardOver(columns: Columns, card: ItemId, over: { card: ItemId; isAfter: boolean } | { column: Status }): Columns {
  const isAlreadyThere = "column" in over ? columns[over.column].includes(card) : over.card === card;
  if (isAlreadyThere) return columns;
  const without = Object.fromEntries(Object.entries(columns).map(([status, ids]) => [status, ids.filter((id) => id !== card)])) as Columns;
  const target = "column" in over ? over.column : columnOf(columns, over.card);
  if (!target) return columns;
  const at = "column" in over ? without[target].length : without[target].indexOf(over.card) + Number(over.isAfter);
  return { ...without, [target]: without[target].toSpliced(at, 0, card) };
}

export type Step = "up" | "down" | "next" | "previous";

/** The columns after a card went one step, by keys; at an edge it stays where it is. */
export function stepped(columns: Columns, card: ItemId, step: Step): Columns {
  const from = columnOf(columns, card);
  if (!from) return columns;
  const at = columns[from].indexOf(card);
  const without = columns[from].toSpliced(at, 1);
  if (step === "up" || step === "down") {
    const to = Math.max(0, Math.min(without.length, at + (step === "up" ? -1 : 1)));
    return to === at ? columns : { ...columns, [from]: without.toSpliced(to, 0, card) };
  }
  const target = statuses[statuses.indexOf(from as (typeof statuses)[number]) + (step === "next" ? 1 : -1)];
  return target ? { ...columns, [from]: without, [target]: columns[target].toSpliced(at, 0, card) } : columns;
}

export function columnOf(columns: Columns, card: ItemId): Status | null {
  return (Object.keys(columns) as Status[]).find((status) => columns[status].includes(card)) ?? null;
}

/** Where an item goes in the whole plan to stand at its place in a column; null where the column says nothing. */
export function positionFor(order: readonly ItemId[], column: readonly ItemId[], id: ItemId): Position | null {
  const at = column.indexOf(id);
  const [before, after] = [column[at - 1], column[at + 1]];
  if (before !== undefined) return { after: before };
  if (after === undefined) return null;
  return positionBefore(order.filter((each) => each !== id), after);
}

function positionBefore(order: readonly ItemId[], id: ItemId): Position {
  const previous = order[order.indexOf(id) - 1];
  return previous === undefined ? "first" : { after: previous };
}

/** Where an item stands now, to bring it back there. */
export const positionOf = (order: readonly ItemId[], id: ItemId): Position => positionBefore(order, id);
