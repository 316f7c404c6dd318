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

/** The dates of what comes back, by number from the first, which is 0; `next` is the first of them today or later. */
function datesOf(due: DateText, recurrence: Exclude<Recurrence, "none">, today: DateText): { on: (count: number) => DateText; next: number } {
  const [first, now] = [parseDate(due), parseDate(today)];
  // Always counted from the first date: a chain of months that once passed February would stay on the 28th.
  const on = (count: number) => first.add(steps[recurrence](count));
  let next = Math.max(0, Math.floor(now.compare(first) / stepDays[recurrence]));
  while (on(next).compare(now) < 0) next += 1;
  return { on: (count) => on(count).toString(), next };
}

/** The first day, today or later, on which the item is due; what does not come back keeps its date, though it be past. */
export function nextDue({ due, recurrence }: Pick<PlanItem, "due" | "recurrence">, today: DateText): DateText | null {
  if (due === null || recurrence === null || recurrence === "none") return due;
  const { on, next } = datesOf(due, recurrence, today);
  return on(next);
}

type Dated = Pick<PlanItem, "status" | "due" | "recurrence" | "remarks">;

/** The date that an open item missed; null where it missed none. What comes back misses its last date unless a dated
 *  remark was written since the date before that one: a late report counts, and none is asked for twice. */
export function missed(item: Dated, today: DateText): DateText | null {
  const { due, recurrence } = item;
  if (!isOpen(item) || due === null || due >= today) return null;
  if (recurrence === null || recurrence === "none") return due;
  const { on, next } = datesOf(due, recurrence, today);
  const isReported = item.remarks.some(({ on: day, deleted_at_ms }) => deleted_at_ms === null && day !== null && on(next - 2) < day && day <= today);
  return isReported ? null : on(next - 1);
}

export const isLate = (item: Dated, today: DateText) => missed(item, today) !== null;

/** Whether an organisation is responsible or supports; the same name may be typed with or without «ال» and hamza. */
export function isOf(item: Pick<PlanItem, "responsible" | "supporting">, organisation: string): boolean {
  const key = sortKey(organisation);
  return [item.responsible ?? "", ...item.supporting].some((name) => name.trim() !== "" && sortKey(name) === key);
}
