// What follows from a plan item's fields on a day: whether it is open or late, what it lacks, when it is due next.
// Knows no clock: today is an argument.

import { type DateDuration, parseDate } from "@internationalized/date";
import { sortKey } from "../../arabic/names";
import type { DateText, PlanItem, Recurrence, Status } from "../../engine/types";

/** In the order of the board's columns. */
export const statuses = ["open", "in_progress", "done", "not_done", "not_applicable"] as const satisfies readonly Status[];
export const recurrences = ["none", "weekly", "monthly", "quarterly", "yearly"] as const satisfies readonly Recurrence[];

/** An item without a status is open. */
export const statusOf = (item: Pick<PlanItem, "status">): Status => item.status ?? "open";

export const isOpen = (item: Pick<PlanItem, "status">) => statusOf(item) === "open" || statusOf(item) === "in_progress";

export const needsOwner = (item: Pick<PlanItem, "status" | "responsible">) => isOpen(item) && !item.responsible?.trim();

const comesBack = ({ recurrence }: Pick<PlanItem, "recurrence">) => recurrence !== null && recurrence !== "none";

/** What goes on or comes back needs no single date. */
export const needsDate = (item: Pick<PlanItem, "status" | "due" | "recurrence" | "duration">) =>
  isOpen(item) && item.due === null && !comesBack(item) && item.duration !== "ongoing";

const steps: Record<Exclude<Recurrence, "none">, (count: number) => DateDuration> = {
  weekly: (count) => ({ weeks: count }),
  monthly: (count) => ({ months: count }),
  quarterly: (count) => ({ months: count * 3 }),
  yearly: (count) => ({ years: count }),
};
/** No step is longer, so counting by them never passes the wanted day. */
const stepDays = { weekly: 7, monthly: 31, quarterly: 92, yearly: 366 };

/** The first day, today or later, on which the item is due; what does not come back keeps its date, though it be past. */
export function nextDue({ due, recurrence }: Pick<PlanItem, "due" | "recurrence">, today: DateText): DateText | null {
  if (due === null || recurrence === null || recurrence === "none" || due >= today) return due;
  const [first, now] = [parseDate(due), parseDate(today)];
  // Always counted from the first date: a chain of months that once passed February would stay on the 28th.
  let count = Math.floor(now.compare(first) / stepDays[recurrence]);
  while (first.add(steps[recurrence](count)).compare(now) < 0) count += 1;
  return first.add(steps[recurrence](count)).toString();
}

/** What comes back is due again on its next date, so only a date of its own can be missed. */
export const isLate = (item: Pick<PlanItem, "status" | "due" | "recurrence">, today: DateText) =>
  isOpen(item) && item.due !== null && !comesBack(item) && item.due < today;

/** Whether an organisation is responsible or supports; the same name may be typed with or without «ال» and hamza. */
export function isOf(item: Pick<PlanItem, "responsible" | "supporting">, organisation: string): boolean {
  const key = sortKey(organisation);
  return [item.responsible ?? "", ...item.supporting].some((name) => name.trim() !== "" && sortKey(name) === key);
}
