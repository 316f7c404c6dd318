// The months that a timeline shows, from the first date to the last, with long stretches of nothing left out.

import type { DateText } from "../../engine/types";

/** `2026-11`. */
export type Month = string;
/** Runs of empty months up to this long are drawn; longer ones are told as a gap. */
const emptyMonthsMax = 3;

export const monthOf = (date: DateText): Month => date.slice(0, 7);

function after(month: Month): Month {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}

export type Stretch = { month: Month } | { gapAfter: Month; months: number };

/** Always holds the present month, so that one sees where today stands. */
export function stretches(dates: readonly DateText[], today: DateText): Stretch[] {
  const used = new Set([...dates, today].map(monthOf));
  const ordered = [...used].toSorted();
  return ordered.flatMap((month, index): Stretch[] => {
    const next = ordered[index + 1];
    if (next === undefined) return [{ month }];
    const empty: Month[] = [];
    for (let each = after(month); each < next; each = after(each)) empty.push(each);
    const between: Stretch[] = empty.length > emptyMonthsMax ? [{ gapAfter: month, months: empty.length }] : empty.map((each) => ({ month: each }));
    return [{ month }, ...between];
  });
}
