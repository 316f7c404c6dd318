// The organisations that documents name, so that what shows them can give each a mark of its own.

import type { Conference, Plan } from "../../engine/types";

export function namedInConference({ host, delegations, agenda, recommendations }: Conference): (string | null)[] {
  return [host, ...[...delegations, ...agenda].map(({ organisation }) => organisation), ...recommendations.flatMap(({ addressees }) => addressees)];
}

export function namedInPlan({ items }: Plan): (string | null)[] {
  return items.flatMap(({ responsible, supporting }) => [responsible, ...supporting]);
}
