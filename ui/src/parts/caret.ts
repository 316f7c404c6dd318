// Where the caret belongs when others changed the text that it stands in: beside the same neighbour.

/** Where a caret stands after the text around it became another. */
export function caretAfter(old: string, next: string, caret: number): number {
  return moved(changesBetween(old, next), caret);
}

/** `old` with `from..to` replaced by `text` is the other. */
type Change = { from: number; to: number; text: string };

/** Comparing takes time with the product of the words; beyond this a text counts as changed in one piece. */
const comparedMax = 1_000_000;

/** The one stretch outside of which both are alike. */
function changeBetween(old: string, next: string): Change {
  const shorter = Math.min(old.length, next.length);
  let from = 0;
  while (from < shorter && old[from] === next[from]) from += 1;
  let tail = 0;
  while (tail < shorter - from && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail += 1;
  return { from, to: old.length - tail, text: next.slice(from, next.length - tail) };
}

function wordsOf(text: string): string[] {
  return text.match(/\s+|\S+/g) ?? [];
}

/** The changes word by word, in order; others may have written in several places since. */
function changesBetween(old: string, next: string): Change[] {
  const whole = changeBetween(old, next);
  if (whole.from === whole.to && whole.text === "") return [];
  const [olds, news] = [wordsOf(old.slice(whole.from, whole.to)), wordsOf(whole.text)];
  if (olds.length * news.length > comparedMax) return [whole];
  // The longest run of words that both have, counted from the end.
  const width = news.length + 1;
  const alike = new Uint32Array((olds.length + 1) * width);
  for (let i = olds.length - 1; i >= 0; i -= 1) {
    for (let j = news.length - 1; j >= 0; j -= 1) {
      alike[i * width + j] = olds[i] === news[j] ? alike[(i + 1) * width + j + 1]! + 1 : Math.max(alike[(i + 1) * width + j]!, alike[i * width + j + 1]!);
    }
  }
  const changes: Change[] = [];
  let at = whole.from;
  let open: Change | null = null;
  for (let i = 0, j = 0; i < olds.length || j < news.length; ) {
    if (i < olds.length && j < news.length && olds[i] === news[j]) {
      open = null;
      at += olds[i]!.length;
      i += 1;
      j += 1;
      continue;
    }
    if (!open) changes.push((open = { from: at, to: at, text: "" }));
    if (j < news.length && (i === olds.length || alike[i * width + j + 1]! >= alike[(i + 1) * width + j]!)) {
      open.text += news[j]!;
      j += 1;
    } else {
      at += olds[i]!.length;
      open.to = at;
      i += 1;
    }
  }
  return changes;
}

/** Where an offset stands after the changes; inside a changed stretch, at its end. */
function moved(changes: Change[], offset: number): number {
  let shift = 0;
  for (const { from, to, text } of changes) {
    if (offset <= from) break;
    shift += offset >= to ? text.length - (to - from) : from + text.length - offset;
  }
  return offset + shift;
}
