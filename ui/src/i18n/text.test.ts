import { describe, expect, test } from "vitest";
import { firstSettings } from "../engine/store";
import { ar, en } from "./areas";
import { textFor } from "./text";

const arabic = textFor(firstSettings);
const english = textFor({ ...firstSettings, language: "en" });

test("counts take their plural form and the chosen digits", () => {
  const told = [0, 1, 2, 3, 11, 100].map((count) => arabic.t("common.waiting_edits", { count }));
  expect(new Set(told).size).toBe(6);
  expect(told[3]).toBe("٣ مستندات بانتظار الإرسال");
  expect(told[4]).toBe("١١ مستندًا بانتظار الإرسال");
  expect([1, 3].map((count) => english.t("common.waiting_edits", { count }))).toEqual(["1 document waits to be sent", "3 documents wait to be sent"]);
});

test("a name of the other direction is isolated where it could turn the sentence", () => {
  expect(arabic.t("start.how", { name: "PR (12)" })).toContain("\u2068PR (12)\u2069");
  expect(arabic.t("start.how", { name: "زينب" })).toBe("كيف تبدأ يا زينب؟");
});

describe("the catalogues", () => {
  for (const area of Object.keys(ar) as (keyof typeof ar)[]) {
    test(`${area} names the same parameters in both languages`, () => {
      const names = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g))].toSorted();
      for (const [key, message] of Object.entries(ar[area])) expect([key, names((en[area] as Record<string, unknown>)[key])]).toEqual([key, names(message)]);
    });
  }
});
