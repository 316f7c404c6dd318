// Gregorian dates, which is what is stored, and the Hijri day beside them. Knows no clock: now is an argument.

import { CalendarDate, IslamicUmalquraCalendar, parseDate as parseIso, toCalendar } from "@internationalized/date";
import type { DateText } from "../engine/types";
import { inDigits, toLatinDigits, withoutDirectionMarks } from "./digits";
import { digitsOf, keptBy, localeOf, type Style } from "./locale";

const hijriCalendar = new IslamicUmalquraCalendar();
const hijriMonths = {
  ar: ["محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة"],
  en: ["Muharram", "Safar", "Rabi I", "Rabi II", "Jumada I", "Jumada II", "Rajab", "Shaban", "Ramadan", "Shawwal", "Dhul-Qada", "Dhul-Hijja"],
};
const iraqiMonths = ["كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"];
const commonMonths = ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"];
const englishMonths = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

const foldMonth = (name: string) =>
  name.toLowerCase().replace(/[أإآ]/g, "ا").replace(/[\u064b-\u0652\u0640]/g, "").replace(/\s+/g, " ").trim();

function monthNamed(name: string): number | null {
  const folded = foldMonth(name);
  for (const months of [iraqiMonths, commonMonths, englishMonths]) {
    const index = months.findIndex((month) => foldMonth(month) === folded);
    if (index >= 0) return index + 1;
  }
  // English months are often shortened; three letters tell them apart.
  const short = /^[a-z]{3,}$/.test(folded) ? englishMonths.findIndex((month) => month.startsWith(folded)) : -1;
  return short >= 0 ? short + 1 : null;
}

function dateText(year: number, month: number, day: number): DateText | null {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return null;
  const date = new CalendarDate(year, month, day);
  // The calendar turns 31 April into the 30th; what was typed is then not a date.
  return date.day === day && date.month === month ? date.toString() : null;
}

/** The date that was typed, day before month, in any digits and either family of month names; null where it is none. */
export function parseDate(text: string): DateText | null {
  const plain = toLatinDigits(withoutDirectionMarks(text)).replace(/[،,]/g, " ").replace(/\s+/g, " ").replace(/\s*م$/, "").trim();
  const parts = plain.match(/^(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})$/);
  if (parts) {
    const [first, month, last] = [parts[1]!, Number(parts[2]), parts[3]!];
    if (first.length === 4) return dateText(Number(first), month, Number(last));
    return last.length === 4 ? dateText(Number(last), month, Number(first)) : null;
  }
  const named = plain.match(/^(\d{1,2}) (.+) (\d{4})$/) ?? swapped(plain.match(/^(\D+) (\d{1,2}) (\d{4})$/));
  const month = named && monthNamed(named[2]!);
  return named && month ? dateText(Number(named[3]), month, Number(named[1])) : null;
}

function swapped(match: RegExpMatchArray | null): string[] | null {
  return match && [match[0]!, match[2]!, match[1]!, match[3]!];
}

/** Milliseconds of noon in universal time, which formats to the same day everywhere when asked for universal time. */
const noon = (date: DateText) => Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10)), 12);

const dateForms = {
  long: { day: "numeric", month: "long", year: "numeric" },
  day: { day: "numeric", month: "long" },
  weekday: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  short: { day: "2-digit", month: "2-digit", year: "numeric" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;
export type DateForm = keyof typeof dateForms;

const dateFormat = keptBy((form: `${DateForm} ${string}`) => {
  const [name, locale] = form.split(" ") as [DateForm, string];
  return new Intl.DateTimeFormat(locale, { ...dateForms[name], calendar: "gregory", timeZone: "UTC" });
});

export function formatDate(date: DateText, style: Style, form: DateForm = "long"): string {
  const text = dateFormat(`${form} ${localeOf(style)}`).format(noon(date));
  // Copied dates must carry no stray marks; the element around them holds their direction.
  return withoutDirectionMarks(text);
}

/** The Hijri day by Umm al-Qura, moved by `offset` days where an organisation's sighting differs. */
export function formatHijri(date: DateText, style: Style, offset: number): string {
  const hijri = toCalendar(parseIso(date).add({ days: offset }), hijriCalendar);
  const month = hijriMonths[style.language][hijri.month - 1];
  return inDigits(`${hijri.day} ${month} ${hijri.year} ${style.language === "ar" ? "هـ" : "AH"}`, digitsOf(style));
}

/** The day on this device's calendar at a moment. */
export function dayOf(ms: number): DateText {
  const at = new Date(ms);
  return new CalendarDate(at.getFullYear(), at.getMonth() + 1, at.getDate()).toString();
}

/** `09:30` or ٠٩:٣٠, by 24 hours. */
export function formatTime(time: string, style: Style): string {
  return inDigits(time, digitsOf(style));
}

export function timeOf(ms: number): string {
  const at = new Date(ms);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

/** The time of day that was typed as 9:30, ٩٫٣٠, 930 or 9; null where it is none. */
export function parseTime(text: string): string | null {
  const match = toLatinDigits(withoutDirectionMarks(text)).trim().match(/^(\d{1,2})(?:\s*[:.٫]?\s*(\d{2}))?$/);
  if (!match) return null;
  const [hours, minutes] = [Number(match[1]), Number(match[2] ?? 0)];
  return hours < 24 && minutes < 60 ? `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}` : null;
}

const relativeFormat = keptBy((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
const steps: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

/** "3 minutes ago"; beyond a week the date itself, which says more. */
export function formatRelative(ms: number, nowMs: number, style: Style): string {
  const gap = ms - nowMs;
  if (Math.abs(gap) >= 7 * 86_400_000) return formatDate(dayOf(ms), style);
  const format = relativeFormat(localeOf(style));
  for (const [unit, size] of steps) if (Math.abs(gap) >= size) return format.format(Math.trunc(gap / size), unit);
  return format.format(0, "second");
}
