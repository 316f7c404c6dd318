// A new conference: from a template, or as the next edition of a series, with what the last one left open.

import { edits } from "../../engine/edit";
import type { AgendaKind, Conference, DateText, Edit, Item, ItemId, Link, Recommendation, Status } from "../../engine/types";
import { present } from "./timetable";

/** The names of the series, each with its latest edition. */
export function latestEditions<T extends { conference: Conference }>(all: T[]): Map<string, T> {
  const latest = new Map<string, T>();
  for (const one of all) {
    const { series, ordinal } = one.conference;
    if (!series) continue;
    const known = latest.get(series);
    if (!known || (ordinal ?? 0) > (known.conference.ordinal ?? 0)) latest.set(series, one);
  }
  return latest;
}

/** The ordinal that follows; an edition without one says nothing about the next. */
export function nextOrdinal({ ordinal }: Conference): number | null {
  return ordinal === null ? null : ordinal + 1;
}

const closed: ReadonlySet<Status | null | undefined> = new Set<Status>(["done", "not_applicable"]);

/** Recommendations that no plan carries out, or whose plan items are not all done. `statusOf` gives undefined for a plan
 *  item that is not on this device: nothing says that it is done. */
export function openRecommendations(conference: Conference, statusOf: (link: Link) => Status | null | undefined): Item<Recommendation>[] {
  return present(conference.recommendations).filter(({ carried_by }) => carried_by.length === 0 || !carried_by.every((link) => closed.has(statusOf(link))));
}

export type NewConference = {
  series: string; ordinal: number | null; host: string; venue: string; starts_on: DateText | null; ends_on: DateText | null;
  /** Titles of the agenda to begin with, in the words of the one who makes it. */
  agenda: { kind: AgendaKind; title: string; minutes?: string }[];
};

/** The edits that a new conference begins with; its title is given to `create` beside them. */
export function editsOf({ agenda, ...facts }: NewConference, newId: () => ItemId): Edit[] {
  const given = Object.entries(facts).filter(([, value]) => value !== null && value !== "");
  return [
    ...given.map(([field, value]) => edits.set([], field, value)),
    ...agenda.flatMap(({ kind, title, minutes }) => {
      const id = newId();
      const at = ["agenda", id];
      return [
        edits.add(["agenda"], id), edits.set(at, "kind", kind), edits.set(at, "title", title),
        ...(facts.starts_on ? [edits.set(at, "day", facts.starts_on)] : []),
        ...(minutes ? [edits.setText(at, "minutes", minutes)] : []),
      ];
    }),
  ];
}
