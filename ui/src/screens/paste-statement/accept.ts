// What accepting the found items writes: into the conference, and where wished into the plan. Suggestions that nobody
// accepted write nothing.

import { edits } from "../../engine/edit";
import type { Conference, Content, DocumentId, Edit, ItemId, Span } from "../../engine/types";
import { present } from "../conference/timetable";
import type { Found } from "./borders";

/** `span` is where it stands in the note that it was read from. */
export type Accepted = { found: Found; id: ItemId; span?: Span | undefined };

/** Accepted committees that the conference does not have yet. */
export function committeesNamed(taken: Found[], conference: Conference): string[] {
  const known = new Set(present(conference.committees).map(({ name }) => name));
  const named = taken.flatMap(({ committee, accepts }) => (committee && accepts.committee ? [committee] : []));
  return [...new Set(named)].filter((name) => !known.has(name));
}

export function editsOf(items: Accepted[], committees: { committee: string; id: ItemId }[], note: DocumentId | null): Edit[] {
  return [
    ...items.flatMap(({ found, id, span }) => {
      const at = ["recommendations", id];
      return [
        edits.add(["recommendations"], id),
        edits.setText(at, "wording", found.wording),
        ...(found.number === null ? [] : [edits.set(at, "number", found.number)]),
        ...(found.axis === null ? [] : [edits.set(at, "axis", found.axis)]),
        ...(found.accepts.duration && found.duration ? [edits.set(at, "duration", found.duration)] : []),
        ...(note ? [edits.set(at, "source_note", note)] : []),
        ...(note && span ? [edits.set(at, "source_start", span.start), edits.set(at, "source_end", span.end)] : []),
      ];
    }),
    ...committees.flatMap(({ committee, id }) => [edits.add(["committees"], id), edits.set(["committees", id], "name", committee)]),
  ];
}

/** The plan's items that came from these recommendations, and the accepted suggestions written into them. */
export function planEditsOf(items: Accepted[], plan: Content, conference: string): { items: ItemId[]; edits: Edit[] } {
  if (plan.kind !== "plan") return { items: [], edits: [] };
  const made = items.flatMap(({ found, id }) => {
    const item = plan.items.find(({ origin }) => origin === `${conference}/${id}`);
    return item ? [{ found, at: ["items", item.id] }] : [];
  });
  return {
    items: made.map(({ at }) => at[1]!),
    edits: made.flatMap(({ found: { accepts, committee, recurrence }, at }) => [
      ...(accepts.committee && committee ? [edits.set(at, "committee", committee)] : []),
      ...(accepts.recurrence && recurrence ? [edits.set(at, "recurrence", recurrence)] : []),
    ]),
  };
}
