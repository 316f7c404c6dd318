import { parseDate } from "@internationalized/date";
import { expect, test } from "vitest";
import type { Item, PlanItem, Recurrence, Remark } from "../../engine/types";
import { isLate, isOf, missed, needsDate, needsOwner, nextDue } from "./rules";

const blank: PlanItem = {
  responsible: null, committee: null, due: null, recurrence: null, duration: null, status: null, progress: null, origin: null, wording: "",
  supporting: [], depends_on: [], remarks: [], evidence: [],
};
const remark = (id: string, on: string): Item<Remark> => ({ id, deleted_at_ms: null, conflicting: [], on, progress: null, by: null, text: "صدر العدد" });
const today = "2026-11-23";
const next = (due: string, recurrence: Recurrence, day = today) => nextDue({ due, recurrence }, day);

test("an open item without a responsible organisation needs one; a closed one does not", () => {
  expect(needsOwner(blank)).toBe(true);
  expect(needsOwner({ ...blank, responsible: "  " })).toBe(true);
  expect(needsOwner({ ...blank, status: "in_progress" })).toBe(true);
  expect(needsOwner({ ...blank, responsible: "قسم العلاقات" })).toBe(false);
  expect(needsOwner({ ...blank, status: "done" })).toBe(false);
});

test("an open item needs a date unless it has one, comes back or goes on", () => {
  expect(needsDate(blank)).toBe(true);
  expect(needsDate({ ...blank, recurrence: "none" })).toBe(true);
  expect(needsDate({ ...blank, recurrence: "quarterly" })).toBe(false);
  expect(needsDate({ ...blank, duration: "ongoing" })).toBe(false);
  expect(needsDate({ ...blank, due: today })).toBe(false);
  expect(needsDate({ ...blank, status: "not_applicable" })).toBe(false);
});

test("an item is late from the day after its date while it is open", () => {
  expect(isLate({ ...blank, due: "2026-11-22" }, today)).toBe(true);
  expect(isLate({ ...blank, due: today }, today)).toBe(false);
  expect(isLate({ ...blank, due: "2026-11-22", status: "done" }, today)).toBe(false);
});

test("what comes back is late when its last date passed without a report since the date before", () => {
  const quarterly = (...days: string[]) => ({ ...blank, due: "2026-02-15", recurrence: "quarterly" as const, remarks: days.map((on, index) => remark(String(index), on)) });
  expect(missed(quarterly(), today)).toBe("2026-11-15");
  expect(missed(quarterly("2026-08-15"), today)).toBe("2026-11-15");
  expect(missed(quarterly("2026-08-16"), today)).toBe(null);
  expect(missed(quarterly("2026-11-20"), today)).toBe(null);
  expect(missed(quarterly("2026-11-24"), today)).toBe("2026-11-15");
  expect(missed({ ...quarterly(), remarks: [{ ...remark("gone", "2026-11-01"), deleted_at_ms: 1 }] }, today)).toBe("2026-11-15");
  expect(missed({ ...quarterly(), status: "done" }, today)).toBe(null);
});

test("the first date of what comes back is missed from the day after it, and a report before it counts", () => {
  const monthly = { ...blank, due: "2026-11-22", recurrence: "monthly" as const };
  expect(missed(monthly, today)).toBe("2026-11-22");
  expect(missed(monthly, "2026-11-22")).toBe(null);
  expect(missed({ ...monthly, remarks: [remark("r", "2026-11-01")] }, today)).toBe(null);
  expect(missed({ ...monthly, remarks: [remark("r", "2026-10-22")] }, today)).toBe("2026-11-22");
});

test("the next date is today or later", () => {
  expect(next("2026-11-09", "weekly")).toBe("2026-11-23");
  expect(next("2026-11-10", "weekly")).toBe("2026-11-24");
  expect(next("2026-01-15", "quarterly")).toBe("2027-01-15");
  expect(next("2027-03-01", "monthly")).toBe("2027-03-01");
  expect(next("2020-01-01", "none")).toBe("2020-01-01");
  expect(nextDue({ due: null, recurrence: "yearly" }, today)).toBe(null);
});

test("a month without the day takes its last, and the months after it take the day again", () => {
  expect(next("2026-01-31", "monthly", "2026-02-01")).toBe("2026-02-28");
  expect(next("2026-01-31", "monthly", "2026-03-01")).toBe("2026-03-31");
  expect(next("2025-11-30", "quarterly", "2026-01-01")).toBe("2026-02-28");
  expect(next("2024-02-29", "yearly", "2026-01-01")).toBe("2026-02-28");
  expect(next("2024-02-29", "yearly", "2028-01-01")).toBe("2028-02-29");
});

test("the next date is what counting one by one from the first date gives", () => {
  const step = { weekly: { weeks: 1 }, monthly: { months: 1 }, quarterly: { months: 3 }, yearly: { years: 1 } };
  for (const recurrence of ["weekly", "monthly", "quarterly", "yearly"] as const) {
    const [[unit, size]] = Object.entries(step[recurrence]) as [[string, number]];
    for (let day = 0; day < 3000; day += 37) {
      const first = parseDate("2019-01-01").add({ days: day });
      let count = 0;
      while (first.add({ [unit]: size * count }).toString() < today) count += 1;
      expect(next(first.toString(), recurrence)).toBe(first.add({ [unit]: size * count }).toString());
    }
  }
});

test("an organisation is recognised however its name was typed", () => {
  expect(isOf({ responsible: "العتبة الحسينية", supporting: [] }, "عتبة الحسينية")).toBe(true);
  expect(isOf({ responsible: null, supporting: ["إعلام الديوان"] }, "اعلام الديوان")).toBe(true);
  expect(isOf({ responsible: null, supporting: [] }, "")).toBe(false);
});
