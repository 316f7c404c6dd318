// Which part of a plan is shown and how, as it stands in the address, and whether an item belongs to it.

import type { DateText, Item, PlanItem, Status } from "../../engine/types";
import { isLate, isOf, needsDate, needsOwner, statuses, statusOf } from "./rules";
import { columns, type Sort } from "./sort";

export const views = ["board", "table", "timeline"] as const;
export type View = (typeof views)[number];
export const conditions = ["mine", "late", "needs_owner", "needs_date"] as const;
export type Condition = (typeof conditions)[number];

export type Shown = {
  view: View; sort: Sort | null; status: Status | null; responsible: string | null; committee: string | null;
  conditions: readonly Condition[];
};

const oneOf = <Id extends string>(all: readonly Id[], text: string | null): Id | null => all.find((id) => id === text) ?? null;

/** `table?late=1&responsible=…`; what an address does not say or says wrongly is left open. */
export function readShown(text: string | undefined): Shown {
  const [view = "", query = ""] = (text ?? "").split(/\?(.*)/s);
  const given = new URLSearchParams(query);
  const by = oneOf(columns, given.get("by"));
  return {
    view: oneOf(views, view) ?? "board",
    sort: by && { by, isDescending: given.has("down") },
    status: oneOf(statuses, given.get("status")),
    responsible: given.get("responsible") || null,
    committee: given.get("committee") || null,
    conditions: conditions.filter((condition) => given.has(condition)),
  };
}

export function writeShown({ view, sort, status, responsible, committee, conditions }: Shown): string {
  const query = new URLSearchParams();
  if (sort) query.set("by", sort.by);
  if (sort?.isDescending) query.set("down", "1");
  for (const [name, value] of Object.entries({ status, responsible, committee })) if (value) query.set(name, value);
  for (const condition of conditions) query.set(condition, "1");
  return query.size > 0 ? `${view}?${query}` : view;
}

/** What a condition is judged by: the day, and one's own organisation. */
export type Judge = { today: DateText; organisation: string };

export function meets(item: PlanItem, condition: Condition, { today, organisation }: Judge): boolean {
  switch (condition) {
    case "mine":
      return isOf(item, organisation);
    case "late":
      return isLate(item, today);
    case "needs_owner":
      return needsOwner(item);
    case "needs_date":
      return needsDate(item);
  }
}

export function isShown(item: PlanItem, shown: Shown, judge: Judge): boolean {
  return (
    (shown.status === null || statusOf(item) === shown.status) &&
    (shown.responsible === null || item.responsible === shown.responsible) &&
    (shown.committee === null || item.committee === shown.committee) &&
    shown.conditions.every((condition) => meets(item, condition, judge))
  );
}

/** The items that are not in the bin. */
export const kept = <T>(items: Item<T>[]): Item<T>[] => items.filter(({ deleted_at_ms }) => deleted_at_ms === null);
