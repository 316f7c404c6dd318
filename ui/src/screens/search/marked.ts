// An excerpt cut at its hits.

export type MarkedPiece = { text: string; isHit: boolean };

/** `marks` are in UTF-16 units, as JavaScript counts; what lies outside the text or over another mark is passed over. */
export function marked(excerpt: string, marks: readonly (readonly [number, number])[]): MarkedPiece[] {
  const pieces: MarkedPiece[] = [];
  let end = 0;
  for (const [from, to] of marks.toSorted((one, other) => one[0] - other[0])) {
    const [start, stop] = [Math.max(from, end), Math.min(to, excerpt.length)];
    if (start >= stop) continue;
    if (start > end) pieces.push({ text: excerpt.slice(end, start), isHit: false });
    pieces.push({ text: excerpt.slice(start, stop), isHit: true });
    end = stop;
  }
  if (end < excerpt.length) pieces.push({ text: excerpt.slice(end), isHit: false });
  return pieces;
}
