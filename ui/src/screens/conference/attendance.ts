// Who is present, counted.

import type { Attendance, Edit, Item, ItemId, Person } from "../../engine/types";
import { edits } from "../../engine/edit";

export type Count = Record<Attendance, number> & { unmarked: number; all: number };

export function countOf(members: Person[]): Count {
  const count: Count = { present: 0, absent: 0, excused: 0, unmarked: 0, all: members.length };
  for (const { attendance } of members) count[attendance ?? "unmarked"] += 1;
  return count;
}

export const memberAt = (delegation: ItemId, member: ItemId) => ["delegations", delegation, "members", member];

/** Marks the given members as present, and what takes it back. Those who are marked otherwise were marked on purpose. */
export function allPresent(delegations: { id: ItemId; members: Item<Person>[] }[]): { does: Edit[]; undoes: Edit[] } {
  const unmarked = delegations.flatMap(({ id, members }) => members.filter(({ attendance }) => attendance === null).map((member) => memberAt(id, member.id)));
  return {
    does: unmarked.map((at) => edits.set(at, "attendance", "present")),
    undoes: unmarked.map((at) => edits.set(at, "attendance", null)),
  };
}
