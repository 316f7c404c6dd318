import { expect, test } from "vitest";
import type { Item, PlanItem } from "../../engine/types";
import type { OpenedPlan } from "../conference/views";
import { isLate } from "../plan/rules";
import { dueFor } from "./due";

const today = "2026-11-23";
const item = (id: string, part: Partial<PlanItem>): Item<PlanItem> => ({
  id, deleted_at_ms: null, conflicting: [], responsible: null, committee: null, due: null, recurrence: null, duration: null, status: null, progress: null,
  origin: null, wording: id, supporting: [], depends_on: [], remarks: [], evidence: [], ...part,
});
const planOf = (...items: Item<PlanItem>[]) => [{ plan: { title: null, items } } as unknown as OpenedPlan];
const told = (...items: Item<PlanItem>[]) => dueFor(planOf(...items), "العتبة الحسينية", today).map(({ item: { id }, due, isLate }) => [id, due, isLate]);

test("one's own work is recognised as in the plan: typed otherwise, or only supported", () => {
  expect(told(item("a", { responsible: "عتبة الحسينية", due: "2026-11-30" }), item("b", { responsible: "ديوان", supporting: ["عتبة الحسينية"], due: "2026-12-01" })))
    .toEqual([["a", "2026-11-30", false], ["b", "2026-12-01", false]]);
});

test("what comes back shows its next date, not the first one", () => {
  expect(told(item("a", { responsible: "العتبة الحسينية", due: "2026-08-27", recurrence: "quarterly", remarks: [{ id: "r", deleted_at_ms: null, conflicting: [], on: "2026-08-27", progress: null, by: null, text: "" }] })))
    .toEqual([["a", "2026-11-27", false]]);
});

test("nothing is late here that the plan does not call late", () => {
  const items = [
    item("once", { due: "2026-11-01" }), item("weekly", { due: "2026-11-02", recurrence: "weekly" }), item("done", { due: "2026-11-03", status: "done" }),
    item("theirs", { responsible: "ديوان", due: "2026-11-04" }), item("later", { due: "2026-12-04" }),
  ];
  expect(told(...items)).toEqual([["once", "2026-11-01", true], ["weekly", "2026-11-16", true]]);
  for (const { item: each, isLate: isToldLate } of dueFor(planOf(...items), "", today)) expect(isLate(each, today)).toBe(isToldLate);
});
