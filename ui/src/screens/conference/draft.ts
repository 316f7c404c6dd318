// A text under one's hands while others write in it too: what both wrote stays, and so does the caret's neighbour.

/** `old` with `from..to` replaced by `text` is the other. */
type Change = { from: number; to: number; text: string };

function changeBetween(old: string, next: string): Change {
  const shorter = Math.min(old.length, next.length);
  let from = 0;
  while (from < shorter && old[from] === next[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  return { from, to: old.length - tail, text: next.slice(from, next.length - tail) };
}

/** What I made of `base`, made of what others made of it meanwhile. */
export function rebased(base: string, mine: string, theirs: string): string {
  if (mine === base || mine === theirs) return theirs;
  const my = changeBetween(base, mine);
  const their = changeBetween(base, theirs);
  if (my.to <= their.from) return theirs.slice(0, my.from) + my.text + theirs.slice(my.to);
  if (my.from >= their.to) {
    const shift = their.text.length - (their.to - their.from);
    return theirs.slice(0, my.from + shift) + my.text + theirs.slice(my.to + shift);
  }
  // Both wrote in the same place: neither's words are dropped.
  return base.slice(0, Math.min(my.from, their.from)) + their.text + my.text + base.slice(Math.max(my.to, their.to));
}

/** Where a caret stands after the text around it became another. */
export function caretAfter(old: string, next: string, caret: number): number {
  const { from, to, text } = changeBetween(old, next);
  if (caret <= from) return caret;
  return caret >= to ? caret + text.length - (to - from) : from + text.length;
}
