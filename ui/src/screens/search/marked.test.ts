import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../test-runs";
import { marked } from "./marked";
import { withSearch } from "./recent";

test("hits are marked in the original text, harakat and all", () => {
  const excerpt = "العتبةُ الحسينيّة والعتبة";
  expect(marked(excerpt, [[18, 25], [0, 7]])).toEqual([
    { text: "العتبةُ", isHit: true }, { text: " الحسينيّة ", isHit: false }, { text: "والعتبة", isHit: true },
  ]);
});

test("whatever the marks are, the pieces are the text, each letter once", () => {
  fc.assert(fc.property(fc.string(), fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -3, max: 40 }))), (text, marks) => {
    expect(marked(text, marks).map((piece) => piece.text).join("")).toBe(text);
  }), runs(100));
});

test("the last searches come first, once each", () => {
  const recent = ["a", "b", "a ", "", "1", "2", "3", "4", "5", "6"].reduce<string[]>(withSearch, []);
  expect(recent).toEqual(["6", "5", "4", "3", "2", "1", "a", "b"]);
});
