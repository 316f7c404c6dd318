// The orders of the plan's table. What an item does not say stands last in both directions.

import { compareNames } from "../../arabic/names";
import type { DateText, PlanItem } from "../../engine/types";
import { nextDue, statuses, statusOf } from "./rules";

export const columns = ["wording", "responsible", "committee", "due", "status", "progress"] as const;
export type Column = (typeof columns)[number];
export type Sort = { by: Column; isDescending: boolean };

function keyOf(item: PlanItem, by: Column, today: DateText): string | number | null {
  switch (by) {
    case "due":
      return nextDue(item, today);
    case "status":
      return statuses.indexOf(statusOf(item) as (typeof statuses)[number]);
    default:
      return item[by] === "" ? null : item[by];
  }
}

const compareKeys = (one: string | number, other: string | number) =>
  typeof one === "number" && typeof other === "number" ? one - other : compareNames(String(one), String(other));

/** Without an order the items stand as the plan has them. */
export function sorted<T extends PlanItem>(items: readonly T[], sort: Sort | null, today: DateText): readonly T[] {
  if (!sort) return items;
  const keyed = items.map((item) => ({ item, key: keyOf(item, sort.by, today) }));
  const direction = sort.isDescending ? -1 : 1;
  return keyed
    .toSorted(({ key: one }, { key: other }) => {
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return direction * compareKeys(one, other);
    })
    .map(({ item }) => item);
}
