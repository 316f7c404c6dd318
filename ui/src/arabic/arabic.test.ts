import { describe, expect, test } from "vitest";
import { formatDate, formatHijri, formatRelative, parseDate, parseTime } from "./dates";
import { inDigits, parseNumber, toLatinDigits } from "./digits";
import type { Style } from "./locale";
import { compareNames, directionOf } from "./names";
import { formatList, formatPercent, ordinal, pluralForm } from "./numbers";
import { piecesOf, telephonesIn } from "./telephones";

const iraqi: Style = { language: "ar", digits: "arab", months: "iraqi" };
const common: Style = { language: "ar", digits: "latn", months: "common" };
const english: Style = { language: "en", digits: "arab", months: "iraqi" };

describe("digits", () => {
  test("the three digit styles are one number", () => {
    expect(["٢٠٢٦", "2026", "۲۰۲۶"].map(toLatinDigits)).toEqual(["2026", "2026", "2026"]);
    expect(["٣", "3", "۳"].map(parseNumber)).toEqual([3, 3, 3]);
  });
  test("decimals, thousands, shares and marks are read", () => {
    expect(["٣٫٥", "١٬٢٠٠", "1,200", "٤٠٪", "\u200f٧", "−2"].map(parseNumber)).toEqual([3.5, 1200, 1200, 40, 7, -2]);
  });
  test("what is no number is none", () => {
    expect(["", "ثلاثة", "1-2", "1,2,3", "12a"].map(parseNumber)).toEqual([null, null, null, null, null]);
  });
  test("digits are shown in the chosen style", () => {
    expect(inDigits("الغرفة 12 و۳", "arab")).toBe("الغرفة ١٢ و٣");
    expect(inDigits("٣ and 4", "latn")).toBe("3 and 4");
  });
});

describe("telephone numbers", () => {
  const found = (text: string) => telephonesIn(text).map(({ from, to }) => text.slice(from, to));
  test("are found in all rows of digits and however they are grouped", () => {
    const all = ["+964 770 123 4567", "٠٧٧٠ ١٢٣ ٤٥٦٧", "۰۲۱-۱۲۳۴۵۶۷۸", "00964-33-123456", "(033) 123456", "+98 (21) 1234 5678", "+9647701234567", "1-800-555-0199"];
    for (const each of all) expect(found(`الهاتف ${each} للتواصل (${each}).`)).toEqual([each, each]);
  });
  test("are not days, years, items, amounts or codes", () => {
    for (const text of ["12-11-2026", "2026-11-12", "٢٠٢٥ - ٢٠٢٦", "2024 2025 2026", "1- البند 2- البند", "١٢٬٥٠٠٬٠٠٠", "100 200 300", "12/11/2026", "0.1234567", "A0123456789", "0123"]) expect(found(text)).toEqual([]);
  });
  test("part a text that stays the same in sum", () => {
    const text = "قسم PR (العلاقات) +964 770 123 4567 أو 0770 123 4567";
    expect(piecesOf(text).map((piece) => piece.text).join("")).toBe(text);
    expect(piecesOf(text).filter(({ isTelephone }) => isTelephone).map(({ start }) => start)).toEqual([text.indexOf("+"), text.indexOf("0770")]);
  });
});

describe("dates", () => {
  test("Gregorian has Iraqi or common month names", () => {
    expect(formatDate("2026-11-22", iraqi)).toBe("٢٢ تشرين الثاني ٢٠٢٦");
    expect(formatDate("2026-11-22", common)).toBe("22 نوفمبر 2026");
    expect(formatDate("2026-11-22", english)).toBe("22 November 2026");
    expect(formatDate("2026-01-05", iraqi, "weekday")).toContain("كانون الثاني");
  });
  test("22 November 2026 is 12 Jumada II 1448 by Umm al-Qura, and the offset moves it", () => {
    expect(formatHijri("2026-11-22", iraqi, 0)).toBe("١٢ جمادى الآخرة ١٤٤٨ هـ");
    expect(formatHijri("2026-11-22", common, -1)).toBe("11 جمادى الآخرة 1448 هـ");
    expect(formatHijri("2026-11-22", english, 0)).toBe("12 Jumada II 1448 AH");
  });
  test("typed dates are read in any digits, order of year and month names", () => {
    const typed = ["2026-11-22", "٢٢/١١/٢٠٢٦", "٢٢\u200f/١١\u200f/٢٠٢٦", "۲۲/۱۱/۲۰۲۶", "22 تشرين الثاني 2026", "٢٢ نوفمبر ٢٠٢٦", "22 Nov 2026", "November 22, 2026", "22.11.2026"];
    expect(typed.map(parseDate)).toEqual(typed.map(() => "2026-11-22"));
  });
  test("the short form that we write is read back", () => {
    for (const style of [iraqi, common, english]) expect(parseDate(formatDate("2026-11-02", style, "short"))).toBe("2026-11-02");
  });
  test("days that no month has are no dates", () => {
    expect(["31/4/2026", "29/2/2026", "22/13/2026", "22/11/26", "غدا", "1-2"].map(parseDate)).toEqual([null, null, null, null, null, null]);
  });
  test("times of day are read", () => {
    expect(["9:30", "٩:٣٠", "0930", "٩", "25:00", "9:75"].map(parseTime)).toEqual(["09:30", "09:30", "09:30", "09:00", null, null]);
  });
  test("moments are told from now", () => {
    const now = Date.UTC(2026, 10, 22, 12);
    expect(formatRelative(now - 3 * 60_000, now, iraqi)).toBe("قبل ٣ دقائق");
    expect(formatRelative(now - 30 * 86_400_000, now, iraqi)).toContain("تشرين الأول");
  });
});

test("Arabic has six plural forms", () => {
  expect([0, 1, 2, 3, 11, 100].map((count) => pluralForm(count, "ar"))).toEqual(["zero", "one", "two", "few", "many", "other"]);
  expect([0, 1, 2].map((count) => pluralForm(count, "en"))).toEqual(["other", "one", "other"]);
});

test("editions are ordinals", () => {
  expect([1, 2, 8, 10, 11, 12, 19, 20, 21, 38, 100].map((number) => ordinal(number, iraqi))).toEqual([
    "الأولى", "الثانية", "الثامنة", "العاشرة", "الحادية عشرة", "الثانية عشرة", "التاسعة عشرة", "العشرون", "الحادية والعشرون", "الثامنة والثلاثون", "١٠٠",
  ]);
  expect([1, 2, 3, 8, 11, 22].map((number) => ordinal(number, english))).toEqual(["1st", "2nd", "3rd", "8th", "11th", "22nd"]);
});

test("names are sorted without «ال» and honorifics, and numbers as numbers", () => {
  const names = ["السيد علي", "القسم 10", "الشيخ أحمد", "قسم 9", "د. باسم", "احمد الموسوي", "العتبة"];
  expect(names.toSorted(compareNames)).toEqual(["الشيخ أحمد", "احمد الموسوي", "د. باسم", "العتبة", "السيد علي", "قسم 9", "القسم 10"]);
});

test("the direction is that of the first strong letter", () => {
  expect(["12 قسم PR", "PR قسم", "«(123)»", "١٢. PR", "۱۲"].map(directionOf)).toEqual(["rtl", "ltr", null, "ltr", null]);
});

test("lists and shares follow the language", () => {
  expect(formatList(["أ", "ب"], iraqi)).toBe("أ وب");
  expect(formatPercent(40, iraqi)).toBe("٤٠٪");
  expect(formatPercent(40, common)).toBe("40%");
});
