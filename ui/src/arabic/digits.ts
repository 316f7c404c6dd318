// Numbers as people type them (٣, 3 or ۳) and as they want to see them.

export type Digits = "arab" | "latn";

/** The marks that keyboards and formatted dates leave between digits; they carry direction, never a value. */
const directionMarks = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** Every Arabic-Indic and Persian digit as 0–9; all else stays. */
export function toLatinDigits(text: string): string {
  return text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0));
}

/** The digits of a text in the wanted style; all else stays. */
export function inDigits(text: string, digits: Digits): string {
  const latin = toLatinDigits(text);
  return digits === "latn" ? latin : latin.replace(/[0-9]/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
}

export function withoutDirectionMarks(text: string): string {
  return text.replace(directionMarks, "");
}

/** The number that was typed, with ٫ or . before decimals and ٬ or , between thousands; null where it is none. */
export function parseNumber(text: string): number | null {
  const plain = toLatinDigits(withoutDirectionMarks(text)).replace(/[٪%\s]/g, "").replace(/[٬،]/g, ",").replace("٫", ".");
  if (!/^[-−]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(plain)) return null;
  return Number(plain.replace(/,/g, "").replace("−", "-"));
}
