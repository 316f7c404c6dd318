// What the agenda says by the clock: its days and sessions, and which item is on. Knows no clock: now is an argument.

import type { AgendaItem, Conference, DateText, Item } from "../../engine/types";

export type Entry = Item<AgendaItem>;

/** A pause from here on, in minutes, parts two sessions. */
const pauseMin = 30;
/** An item without a planned length, and with nothing after it, is taken to last this long. */
const lengthAssumed = 60;

/** Items that are not in the bin. */
export function present<T>(items: Item<T>[]): Item<T>[] {
  return items.filter(({ deleted_at_ms }) => deleted_at_ms === null);
}

/** Minutes since midnight of `09:30`. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

export function timeAt(minute: number): string {
  const within = ((minute % 1440) + 1440) % 1440;
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
}

/** When an item ends by the plan; null where that is not said. */
export function endOf({ starts_at, planned_minutes }: AgendaItem): string | null {
  return starts_at !== null && planned_minutes !== null ? timeAt(minuteOf(starts_at) + planned_minutes) : null;
}

/** The day of an item; a conference of one day needs not say it for each. */
export function dayOfEntry(entry: AgendaItem, { starts_on, ends_on }: Conference): DateText | null {
  return entry.day ?? (ends_on === null || ends_on === starts_on ? starts_on : null);
}

/** `name` is null where the items name no session; then a pause parts it from the next. */
export type Session = { name: string | null; entries: Entry[] };
export type AgendaDay = { day: DateText | null; sessions: Session[] };

/** The session that an item names, as it is compared. */
function sessionOf({ session }: AgendaItem): string | null {
  return session?.trim() || null;
}

/** The names of the agenda's sessions, each once, in the order of the list. */
export function sessionNames(conference: Conference): string[] {
  return [...new Set(present(conference.agenda).map(sessionOf))].filter((name) => name !== null);
}

/** The agenda by days, those without a day last, and each day in the order of the list, by sessions. */
export function daysOf(conference: Conference): AgendaDay[] {
  const entries = present(conference.agenda);
  const days = [...new Set(entries.map((entry) => dayOfEntry(entry, conference)))].toSorted((one, other) =>
    one === null ? 1 : other === null ? -1 : one < other ? -1 : 1,
  );
  return days.map((day) => ({ day, sessions: sessionsOf(entries.filter((entry) => dayOfEntry(entry, conference) === day)) }));
}

function sessionsOf(entries: Entry[]): Session[] {
  const sessions: Session[] = [];
  let until: number | null = null;
  for (const entry of entries) {
    const name = sessionOf(entry);
    const last = sessions.at(-1);
    const start = entry.starts_at === null ? null : minuteOf(entry.starts_at);
    const isPause = start !== null && until !== null && start - until >= pauseMin;
    if (last && last.name === name && (name !== null || !isPause)) last.entries.push(entry);
    else sessions.push({ name, entries: [entry] });
    // Without a length nothing says when it ends, so what follows is not taken for a pause.
    if (start !== null) until = entry.planned_minutes === null ? null : start + entry.planned_minutes;
  }
  return sessions;
}

/** A moment on the device's calendar and clock. */
export type Now = { day: DateText; time: string };

/** The item that is on, and the one that comes after it, today or on a later day. */
export function onNow(conference: Conference, { day, time }: Now): { now: Entry | null; next: Entry | null } {
  const timed = present(conference.agenda)
    .flatMap((entry) => {
      const at = dayOfEntry(entry, conference);
      return at === null || entry.starts_at === null ? [] : [{ entry, at, starts: entry.starts_at }];
    })
    .toSorted((one, other) => (`${one.at} ${one.starts}` < `${other.at} ${other.starts}` ? -1 : 1));
  const isBegun = ({ at, starts }: { at: DateText; starts: string }) => at < day || (at === day && starts <= time);
  const begun = timed.filter(isBegun);
  const following = timed[begun.length] ?? null;
  const last = begun.at(-1);
  const next = following?.entry ?? null;
  if (!last || last.at !== day) return { now: null, next };
  const start = minuteOf(last.starts);
  const isFollowed = following?.at === day;
  const end = last.entry.planned_minutes !== null ? start + last.entry.planned_minutes : isFollowed ? minuteOf(following!.starts) : start + lengthAssumed;
  return { now: minuteOf(time) < end ? last.entry : null, next };
}

/** Whether the clock can tell what is on: at all or some items of the agenda, or at none. */
export function timesSaid(conference: Conference): "all" | "some" | "none" {
  const entries = present(conference.agenda);
  const timed = entries.filter((entry) => dayOfEntry(entry, conference) !== null && entry.starts_at !== null);
  return timed.length === 0 ? "none" : timed.length === entries.length ? "all" : "some";
}

/** Whether a conference meets on a day, by its dates or its agenda. */
export function meetsOn(conference: Conference, day: DateText): boolean {
  const { starts_on, ends_on } = conference;
  const isWithin = starts_on !== null && starts_on <= day && day <= (ends_on ?? starts_on);
  return isWithin || present(conference.agenda).some((entry) => entry.day === day);
}

/** The conferences that meet today, those with something on now first; or the ones that come next. */
export function meetingNow<T extends { conference: Conference }>(all: T[], now: Now): { today: T[]; coming: T[] } {
  const isOn = ({ conference }: T) => (onNow(conference, now).now ? 0 : 1);
  return {
    today: all.filter(({ conference }) => meetsOn(conference, now.day)).toSorted((one, other) => isOn(one) - isOn(other)),
    coming: all
      .filter(({ conference: { starts_on } }) => starts_on !== null && starts_on > now.day)
      .toSorted((one, other) => (one.conference.starts_on! < other.conference.starts_on! ? -1 : 1)),
  };
}
