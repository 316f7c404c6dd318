// Counts, shares, lists and ordinals as words.

import { keptBy, localeOf, type Style } from "./locale";

const numberFormat = keptBy((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }));
const pluralRules = keptBy((language) => new Intl.PluralRules(language));

export function formatNumber(value: number, style: Style): string {
  return numberFormat(localeOf(style)).format(value);
}

/** `percent` runs from 0 to 100, as a plan item's progress does. */
export function formatPercent(percent: number, style: Style): string {
  return formatNumber(percent, style) + (style.language === "ar" && style.digits === "arab" ? "٪" : "%");
}

export function formatBytes(bytes: number, style: Style): string {
  const [unit, size] = bytes >= 1 << 20 ? (["megabyte", 1 << 20] as const) : (["kilobyte", 1 << 10] as const);
  return new Intl.NumberFormat(localeOf(style), { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / size);
}

export function formatList(items: string[], style: Style): string {
  return new Intl.ListFormat(localeOf(style), { type: "conjunction" }).format(items);
}

export type PluralForm = "zero" | "one" | "two" | "few" | "many" | "other";

export function pluralForm(count: number, language: Style["language"]): PluralForm {
  return pluralRules(language).select(count);
}

const units = ["", "الحادية", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة", "السابعة", "الثامنة", "التاسعة"];
const tens = ["", "العاشرة", "العشرون", "الثلاثون", "الأربعون", "الخمسون", "الستون", "السبعون", "الثمانون", "التسعون"];

/** The ordinal of an edition (دورة is feminine): الثامنة, 8th. Beyond 99 the number stands by itself. */
export function ordinal(number: number, style: Style): string {
  if (style.language === "en") {
    const endings = { one: "st", two: "nd", few: "rd", other: "th", zero: "th", many: "th" };
    return number + endings[new Intl.PluralRules("en", { type: "ordinal" }).select(number)];
  }
  if (!Number.isInteger(number) || number < 1 || number > 99) return formatNumber(number, style);
  if (number === 1) return "الأولى";
  const [ten, unit] = [Math.floor(number / 10), number % 10];
  if (unit === 0) return tens[ten]!;
  if (ten === 0) return units[unit]!;
  return ten === 1 ? `${units[unit]} عشرة` : `${units[unit]} و${tens[ten]}`;
}
