import { expect, test } from "vitest";
import { cardOver, type Columns, positionFor, positionOf, stepped } from "./arrange";

const columns: Columns = { open: ["a", "b", "c"], in_progress: ["d"], done: [], not_done: [], not_applicable: [] };

test("a card comes before or after another, in its own column and in others", () => {
  expect(cardOver(columns, "a", { card: "c", isAfter: true }).open).toEqual(["b", "c", "a"]);
  expect(cardOver(columns, "c", { card: "a", isAfter: false }).open).toEqual(["c", "a", "b"]);
  const moved = cardOver(columns, "b", { card: "d", isAfter: false });
  expect([moved.open, moved.in_progress]).toEqual([["a", "c"], ["b", "d"]]);
});

test("over a column a card goes to its end, unless it is there already", () => {
  expect(cardOver(columns, "a", { column: "done" }).done).toEqual(["a"]);
  expect(cardOver(columns, "a", { column: "open" })).toBe(columns);
  expect(cardOver(columns, "a", { card: "a", isAfter: true })).toBe(columns);
});

test("by keys a card goes one step, and stays at the edges", () => {
  expect(stepped(columns, "a", "down").open).toEqual(["b", "a", "c"]);
  expect(stepped(columns, "c", "up").open).toEqual(["a", "c", "b"]);
  expect(stepped(columns, "a", "up")).toBe(columns);
  expect(stepped(columns, "c", "down")).toBe(columns);
  const next = stepped(columns, "c", "next");
  expect([next.open, next.in_progress]).toEqual([["a", "b"], ["d", "c"]]);
  expect(stepped(next, "c", "previous").open).toEqual(["a", "c", "b"]);
  expect(stepped(columns, "a", "previous")).toBe(columns);
});

test("a place in a column is a place in the plan", () => {
  const order = ["x", "a", "y", "b", "z", "c"];
  expect(positionFor(order, ["a", "c", "b"], "c")).toEqual({ after: "a" });
  expect(positionFor(order, ["c", "b", "a"], "c")).toEqual({ after: "y" });
  expect(positionFor(order, ["b", "x"], "b")).toBe("first");
  expect(positionFor(order, ["a"], "a")).toBe(null);
  expect([positionOf(order, "y"), positionOf(order, "x")]).toEqual([{ after: "a" }, "first"]);
});
