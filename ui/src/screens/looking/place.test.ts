import { expect, test } from "vitest";
import { placeOf } from "./place";

const name = { space: "s", document: "d" };

test("a change or hit leads to the screen that shows it", () => {
  expect(placeOf(name, "plan", ["items", "i", "remarks", "r"])).toEqual({ name: "plan-item", params: { ...name, item: "i" } });
  expect(placeOf(name, "plan", [])).toEqual({ name: "plan", params: name });
  expect(placeOf(name, "conference", ["recommendations", "i"])).toEqual({ name: "recommendation", params: { ...name, item: "i" } });
  expect(placeOf(name, "conference", ["delegations", "a", "members", "b"])).toEqual({ name: "conference", params: { ...name, tab: "delegations" } });
  expect(placeOf(name, "note", ["body"])).toEqual({ name: "note", params: name });
});
