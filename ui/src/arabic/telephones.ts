// Telephone numbers in running text. Their groups stand from left to right in every script, yet the spaces between them
// are turned by the Arabic around them.

export type Stretch = { from: number; to: number };

const digit = "[0-9٠-٩۰-۹]";
const group = `(?:\\(\\+?${digit}{1,4}\\)|${digit})`;
const numbers = new RegExp(`(?<![\\p{L}\\p{N}.,/٫٬])\\+?${group}(?:[ \\u00a0\\-–]{0,3}${group})*(?![\\p{L}\\p{N}/])`, "gu");
const oneDigit = new RegExp(digit, "g");
const day = new RegExp(`^(?:${digit}{1,2}[ \\-–]+){2}${digit}{4}$|^${digit}{4}(?:[ \\-–]+${digit}{1,2}){2}$`);

/** A number of seven to fifteen digits that begins as one dials it, or else has ten or more; never a day or a row of years. */
function isTelephone(text: string): boolean {
  const count = text.match(oneDigit)!.length;
  const isDialled = /^\(?[+0٠۰]/.test(text);
  const groups = text.split(/[^\p{Nd}]+/u);
  return count >= (isDialled ? 7 : 10) && count <= 15 && !day.test(text) && (isDialled || groups.some((each) => each.length !== 4));
}

export function telephonesIn(text: string): Stretch[] {
  return [...text.matchAll(numbers)].filter(([found]) => isTelephone(found)).map(({ 0: found, index }) => ({ from: index, to: index + found.length }));
}

export type Piece = { text: string; start: number; isTelephone: boolean };

/** The text in pieces, one after the other. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to } of telephonesIn(text)) {
    if (from > at) pieces.push({ text: text.slice(at, from), start: at, isTelephone: false });
    pieces.push({ text: text.slice(from, to), start: from, isTelephone: true });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), start: at, isTelephone: false });
  return pieces;
}
