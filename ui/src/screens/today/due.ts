// Planned work that presses: late, or one's own and due soon. What is late is the plan's own rule.

import type { DateText, Item, PlanItem } from "../../engine/types";
import { present } from "../conference/timetable";
import type { OpenedPlan } from "../conference/views";
import { isOf, isOpen, missed, needsOwner, nextDue } from "../plan/rules";

/** `due` is the date that was missed, or else the next one. */
export type DueLine = { plan: OpenedPlan; item: Item<PlanItem>; due: DateText; isLate: boolean };

const shownMax = 5;
/** Days ahead in which one's own work is shown before it is late. */
const soonDays = 14;

function after(day: DateText, days: number): DateText {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The earliest first; what nobody is named for counts as everyone's once it is late. */
export function dueFor(plans: OpenedPlan[], organisation: string, today: DateText): DueLine[] {
  const soon = after(today, soonDays);
  return plans
    .flatMap((plan) => present(plan.plan.items).flatMap((item): DueLine[] => {
      const late = missed(item, today);
      const due = late ?? nextDue(item, today);
      const isShown = isOpen(item) && due !== null && (isOf(item, organisation) ? due <= soon : late !== null && needsOwner(item));
      return isShown ? [{ plan, item, due, isLate: late !== null }] : [];
    }))
    .toSorted((one, other) => one.due.localeCompare(other.due))
    .slice(0, shownMax);
}
