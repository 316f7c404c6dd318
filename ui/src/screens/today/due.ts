// Planned work that presses: late, or one's own and due soon.

import type { DateText, Item, PlanItem } from "../../engine/types";
import { present } from "../conference/timetable";
import type { OpenedPlan } from "../conference/views";

export type DueLine = { plan: OpenedPlan; item: Item<PlanItem>; isLate: boolean };

const shownMax = 5;
/** Days ahead in which one's own work is shown before it is late. */
const soonDays = 14;

function after(day: DateText, days: number): DateText {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The earliest first; what nobody is named for counts as everyone's once it is late. */
export function dueFor(plans: OpenedPlan[], organisation: string | null, today: DateText): DueLine[] {
  const soon = after(today, soonDays);
  return plans
    .flatMap((plan) => present(plan.plan.items).map((item) => ({ plan, item, isLate: item.due !== null && item.due < today })))
    .filter(({ item, isLate }) => {
      const isOpen = item.status === null || item.status === "open" || item.status === "in_progress";
      const isMine = organisation !== null && item.responsible === organisation;
      return isOpen && item.due !== null && (isMine ? item.due <= soon : isLate && item.responsible === null);
    })
    .toSorted((one, other) => (one.item.due! < other.item.due! ? -1 : 1))
    .slice(0, shownMax);
}
