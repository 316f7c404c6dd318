// Names in the order that people look for them, and the direction a text begins with.

import { toLatinDigits } from "./digits";

const honorifics = new Set([
  "الشيخ", "السيد", "السيدة", "السادة", "الدكتور", "الدكتورة", "الاستاذ", "الاستاذة", "المهندس", "المهندسة", "الحاج", "الحاجة",
  "العلامة", "سماحة", "فضيلة", "د", "د.", "ا.", "م.", "ا.د", "ا.د.", "ا.م.د", "ا.م.د.", "dr", "dr.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.",
  "sheikh", "shaikh", "sayyid", "sayed", "eng.", "prof.", "prof",
]);

const fold = (text: string) =>
  toLatinDigits(text.normalize("NFKC")).replace(/[\u064b-\u0652\u0670\u0640]/g, "").replace(/[أإآٱ]/g, "ا").replace(/ى/g, "ي").replace(/ک/g, "ك").replace(/ی/g, "ي").toLowerCase().trim();

/** What a name is sorted by: without honorifics before it and without «ال» on its first word. */
export function sortKey(name: string): string {
  const words = fold(name).split(/[\s/]+/);
  while (words.length > 1 && honorifics.has(words[0]!)) words.shift();
  const [first = "", ...rest] = words;
  return [first.length > 3 ? first.replace(/^ال/, "") : first, ...rest].join(" ");
}

const collator = new Intl.Collator("ar", { numeric: true });

/** For `toSorted`; numbers inside names compare as numbers. */
export function compareNames(one: string, other: string): number {
  return collator.compare(sortKey(one), sortKey(other));
}

/** The direction of the first letter, as a browser finds it; digits of any row have none. Null where there is no letter. */
export function directionOf(text: string): "rtl" | "ltr" | null {
  const strong = text.match(/\p{L}/u);
  if (!strong) return null;
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(strong[0]) ? "rtl" : "ltr";
}

/** A field's `dir`: by its own first letter, and as the page where it has none, since a browser would begin at the left. */
export function dirOf(text: string): "auto" | undefined {
  return directionOf(text) === null ? undefined : "auto";
}
