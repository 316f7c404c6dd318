import { expect, test } from "vitest";
import { stretches } from "./months";

test("the months run from the first date to the last over the turn of the year, with today's among them", () => {
  expect(stretches(["2027-01-05", "2026-10-31"], "2026-11-23")).toEqual([{ month: "2026-10" }, { month: "2026-11" }, { month: "2026-12" }, { month: "2027-01" }]);
  expect(stretches([], "2026-11-23")).toEqual([{ month: "2026-11" }]);
});

test("a long stretch without dates is a gap", () => {
  expect(stretches(["2027-06-01"], "2026-11-23")).toEqual([{ month: "2026-11" }, { gapAfter: "2026-11", months: 6 }, { month: "2027-06" }]);
});
