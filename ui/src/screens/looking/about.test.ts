import { expect, test } from "vitest";
import type { Content } from "../../engine/types";
import { aboutAt } from "./about";

test("an item is called by its own words, however deep it lies", () => {
  const content = { kind: "conference", title: "المؤتمر", delegations: [{ id: "a", organisation: "ديوان", members: [{ id: "b", name: "زينب" }] }] } as unknown as Content;
  expect([[], ["delegations", "a"], ["delegations", "a", "members", "b"], ["delegations", "x"], ["gone", "a"]].map((at) => aboutAt(content, at))).toEqual(["المؤتمر", "ديوان", "زينب", null, null]);
});
