import { expect, test } from "vitest";
import type { Start } from "../engine/types";
import { caretIn, type Place, scrollAt, takeUp, textOf } from "./place";
import { hrefTo } from "./router";

const space = "a".repeat(64);
const documentOf = (index: number) => index.toString(16).padStart(32, "0");
const hashOf = (index: number) => hrefTo("note", { space, document: documentOf(index) });
const caret = { anchor: 123_456, head: 123_457, isFocused: true };
const all = <Value>(keyOf: (index: number) => string, value: Value) => Object.fromEntries(Array.from({ length: 20 }, (_, index) => [keyOf(index), value]));
const bytes = (text: string) => new TextEncoder().encode(text).length;

test("of twenty notes the one that is shown comes back with its caret and scroll, and so do those left last", () => {
  const place: Place = { hash: hashOf(0), space, scrolls: all(hashOf, 54_321), carets: all(documentOf, caret) };
  expect(bytes(JSON.stringify(place))).toBeGreaterThan(4096);
  const text = textOf(place);
  expect(bytes(text)).toBeLessThanOrEqual(4096);
  expect(takeUp({ left_at: text } as Start)).toBe(hashOf(0));
  expect([0, 19, 18].map((index) => [scrollAt(hashOf(index)), caretIn(documentOf(index))])).toEqual([[54_321, caret], [54_321, caret], [54_321, caret]]);
  expect(scrollAt(hashOf(1))).toBe(0);
});

test("an address that is too long to keep costs only itself", () => {
  const place: Place = { hash: hrefTo("search", { query: "توصيات ".repeat(200) }), space, scrolls: { [hashOf(1)]: 7, [hrefTo("search", { query: "توصيات ".repeat(200) })]: 1 }, carets: {} };
  const text = textOf(place);
  expect(bytes(text)).toBeLessThanOrEqual(4096);
  expect(takeUp({ left_at: text } as Start)).toBeNull();
  expect(scrollAt(hashOf(1))).toBe(7);
});
