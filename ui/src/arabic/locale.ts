// The settings that decide how numbers, dates and names are written, as one locale tag.

import type { Settings } from "../engine/types";
import type { Digits } from "./digits";

export type Style = Pick<Settings, "language" | "digits" | "months">;

/** English is read with 0–9 whatever the setting says, since ٣ in an English line turns its order around. */
export function digitsOf(style: Style): Digits {
  return style.language === "ar" ? style.digits : "latn";
}

/** Always names the digits: without `-u-nu-` each system chooses its own. */
export function localeOf(style: Style): string {
  const region = style.language === "en" ? "en-GB" : style.months === "iraqi" ? "ar-IQ" : "ar-EG";
  return `${region}-u-nu-${digitsOf(style)}`;
}

/** Keeps what was made for each name. Making a formatter takes far longer than using it. */
export function keptBy<Name extends string, Made>(make: (name: Name) => Made): (name: Name) => Made {
  const made = new Map<Name, Made>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}
