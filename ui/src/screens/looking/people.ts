import type { Content } from "../../engine/types";

/** Finds the name of a person that a field names by their id, as the head of a delegation. */
export function peopleIn(content: Content | undefined): (id: string) => string | null {
  if (content?.kind !== "conference") return () => null;
  const names = new Map(content.delegations.flatMap(({ members }) => members.map(({ id, honorific, name }) => [id, [honorific, name].filter(Boolean).join(" ")] as const)));
  return (id) => names.get(id) || null;
}
