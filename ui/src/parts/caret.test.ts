import { expect, test } from "vitest";
import { caretAfter } from "./caret";

test("a caret stays beside its neighbour, whatever others wrote around it", () => {
  expect(caretAfter("abcd", "Xabcd", 2)).toBe(3);
  expect(caretAfter("abcd", "abcdX", 2)).toBe(2);
  expect(caretAfter("abcd", "aXd", 2)).toBe(2);
  expect(caretAfter("one two three", "Zero one two three four", 7)).toBe(12);
});
