import { expect, test } from "vitest";
import type { PlanItem } from "../../engine/types";
import { isShown, readShown, writeShown } from "./shown";
import { sorted } from "./sort";

const judge = { today: "2026-11-23", organisation: "قسم الإعلام" };
const item = (part: Partial<PlanItem>): PlanItem => ({
  responsible: null, committee: null, due: null, recurrence: null, duration: null, status: null, progress: null, origin: null, wording: "",
  supporting: [], depends_on: [], remarks: [], evidence: [], ...part,
});

test("view, filters and order survive the address", () => {
  const shown = readShown("table?by=due&down=1&status=open&responsible=العتبة%20%26%20x&late=1&mine=1");
  expect(shown).toEqual({
    view: "table", sort: { by: "due", isDescending: true }, status: "open", responsible: "العتبة & x", committee: null, conditions: ["mine", "late"],
  });
  expect(readShown(writeShown(shown))).toEqual(shown);
  expect(writeShown(readShown(undefined))).toBe("board");
});

test("an address that says what no plan knows shows all of it", () => {
  expect(readShown("sideways?status=gone&by=colour")).toEqual(readShown("board"));
});

test("filters narrow together", () => {
  const late = item({ due: "2026-11-01", supporting: ["الاعلام", "قسم الاعلام"] });
  expect(isShown(late, readShown("board?late=1&mine=1"), judge)).toBe(true);
  expect(isShown(late, readShown("board?late=1&needs_date=1"), judge)).toBe(false);
  expect(isShown(late, readShown("board?needs_owner=1&status=open"), judge)).toBe(true);
  expect(isShown(late, readShown("board?committee=لجنة"), judge)).toBe(false);
});

test("the table orders names without «ال» and titles, numbers as numbers, and what is not said last", () => {
  const named = ["السيد علي", null, "العتبة", "أحمد"].map((responsible) => item({ responsible }));
  const names = (isDescending: boolean) => sorted(named, { by: "responsible", isDescending }, judge.today).map(({ responsible }) => responsible);
  expect(names(false)).toEqual(["أحمد", "العتبة", "السيد علي", null]);
  expect(names(true)).toEqual(["السيد علي", "العتبة", "أحمد", null]);
  const progress = [100, 5, null, 20].map((value) => item({ progress: value }));
  expect(sorted(progress, { by: "progress", isDescending: false }, judge.today).map((each) => each.progress)).toEqual([5, 20, 100, null]);
  const status = (["done", null, "in_progress"] as const).map((value) => item({ status: value }));
  expect(sorted(status, { by: "status", isDescending: false }, judge.today).map((each) => each.status)).toEqual([null, "in_progress", "done"]);
});
