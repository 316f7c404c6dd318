import * as fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../test-runs";
import { addSpan, axesOf, drop, type Found, foundFrom, mergeWithNext, moveEnd, moveSplit, moveStart, setSpan, splitAt, splitPoint, stretchesOf } from "./borders";

const text = "قرر: 1ـ تبادل الخبرات بين الأقسام 2ـ إصدار دليل فصلي موحّد ومن الله التوفيق";
const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length });
const proposal = (number: number, words: string) => ({ number, ...at(words), wording: words, committee: null, recurrence: null, duration: null, axis: null });
let ids = 0;
const newId = () => `found-${++ids}`;
const begun = () => foundFrom([proposal(1, "تبادل الخبرات بين الأقسام"), proposal(2, "إصدار دليل فصلي موحّد ومن الله التوفيق")], newId);
const wordings = (all: Found[]) => all.map(({ wording }) => wording);

test("borders move by words, never over another item or away with the last word", () => {
  expect(wordings(moveEnd(text, begun(), 1, -3))[1]).toBe("إصدار دليل فصلي موحّد");
  expect(wordings(moveStart(text, begun(), 0, 1))[0]).toBe("الخبرات بين الأقسام");
  expect(wordings(moveStart(text, begun(), 0, -9))[0]).toBe("قرر: 1ـ تبادل الخبرات بين الأقسام");
  expect(wordings(moveEnd(text, begun(), 0, 9))[0]).toBe("تبادل الخبرات بين الأقسام 2ـ");
  expect(wordings(moveStart(text, begun(), 0, 99))[0]).toBe("الأقسام");
  expect(wordings(moveEnd(text, begun(), 1, -99))[1]).toBe("إصدار");
});

test("two become one with what stood between, and one becomes two before a word", () => {
  expect(wordings(mergeWithNext(text, begun(), 0))).toEqual([text.slice(text.indexOf("تبادل"))]);
  expect(mergeWithNext(text, begun(), 1)).toHaveLength(2);
  const split = splitAt(text, begun(), 0, at("بين").start + 1, newId);
  expect(split.map(({ number, wording }) => [number, wording])).toEqual([[1, "تبادل الخبرات"], [null, "بين الأقسام"], [2, "إصدار دليل فصلي موحّد ومن الله التوفيق"]]);
  expect(splitPoint(text, at("تبادل"), at("تبادل").start)).toBeNull();
  expect(moveSplit(text, at("تبادل الخبرات بين"), at("الخبرات").start, 1)).toBe(at("بين").start);
  expect(wordings(drop(begun(), 0))).toEqual(["إصدار دليل فصلي موحّد ومن الله التوفيق"]);
});

test("a selection is taken by whole words, as far as nothing else has them", () => {
  expect(wordings(setSpan(text, begun(), 1, at("دليل").start + 2, at("فصلي").end - 1))[1]).toBe("دليل فصلي");
  expect(wordings(setSpan(text, begun(), 1, 0, at("دليل").end))[1]).toBe("2ـ إصدار دليل");
  expect(wordings(addSpan(text, drop(begun(), 1), at("دليل").start, at("موحّد").end, "new"))).toEqual(["تبادل الخبرات بين الأقسام", "دليل فصلي موحّد"]);
  expect(addSpan(text, begun(), at("الخبرات").start, at("الخبرات").end, "new")).toHaveLength(2);
});

test("nothing is accepted that only the text suggested", () => {
  const [found] = foundFrom([{ ...proposal(1, "تبادل"), committee: "لجنة الدليل", recurrence: "quarterly" }], newId);
  expect(found!.accepts).toEqual({ committee: false, recurrence: false, duration: false });
});

test("whatever is corrected, the items stay apart, in order, of whole words, and the text is shown whole", () => {
  const act = fc.record({ kind: fc.constantFrom("start", "end", "merge", "split", "drop", "set", "add"), index: fc.nat(5), a: fc.integer({ min: -4, max: 90 }), b: fc.nat(90) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
      let all = begun();
      for (const { kind, index, a, b } of acts) {
        if (kind === "add") all = addSpan(text, all, Math.min(a, b), Math.max(a, b), newId());
        else if (all[index]) {
          if (kind === "start") all = moveStart(text, all, index, a % 5);
          if (kind === "end") all = moveEnd(text, all, index, a % 5);
          if (kind === "merge") all = mergeWithNext(text, all, index);
          if (kind === "split") all = splitAt(text, all, index, b, newId);
          if (kind === "drop") all = drop(all, index);
          if (kind === "set") all = setSpan(text, all, index, Math.min(a, b), Math.max(a, b));
        }
        for (const [position, { start, end, wording }] of all.entries()) {
          expect(wording).toBe(text.slice(start, end));
          expect(wording).toBe(wording.trim());
          expect(wording.length).toBeGreaterThan(0);
          expect([text[start - 1] ?? " ", text[end] ?? " "]).toEqual([" ", " "]);
          expect(start).toBeGreaterThanOrEqual(all[position - 1]?.end ?? 0);
        }
        expect(stretchesOf(text, all).map((stretch) => stretch.text).join("")).toBe(text);
      }
    }),
    runs(500),
  );
});

test("items under headings are counted by them, and a new or split item stands under the one before it", () => {
  const under = (axis: string | null, all: Found[]) => all.map((found, index) => ({ ...found, axis: index === 0 ? "المحور الأول" : axis }));
  expect(axesOf(under("المحور الثاني", begun()))).toEqual([{ axis: "المحور الأول", count: 1 }, { axis: "المحور الثاني", count: 1 }]);
  const split = splitAt(text, under(null, begun()), 0, at("بين").start + 1, newId);
  expect(axesOf(split)).toEqual([{ axis: "المحور الأول", count: 2 }]);
  const one = drop(under(null, begun()), 1);
  expect(axesOf(addSpan(text, one, at("دليل").start, at("فصلي").end, newId()))).toEqual([{ axis: "المحور الأول", count: 2 }]);
  expect(axesOf(begun())).toEqual([]);
});
