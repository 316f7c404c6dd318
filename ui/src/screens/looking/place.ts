// Where an address within a document can be seen: the screen that shows it best.

import { hrefTo } from "../../app/router";
import type { Route } from "../../app/routes";
import type { DocumentName, Kind } from "../../engine/types";

/** The part of a conference that shows each of its collections. */
const tabs: Record<string, string> = { delegations: "delegations", committees: "committees", recommendations: "recommendations", agenda: "agenda" };

export function placeOf(name: DocumentName, kind: Kind, at: readonly string[]): Route {
  const { space, document } = name;
  const [collection, item] = at;
  if (kind === "note") return { name: "note", params: { space, document } };
  if (kind === "plan") return collection === "items" && item ? { name: "plan-item", params: { space, document, item } } : { name: "plan", params: { space, document } };
  if (collection === "recommendations" && item) return { name: "recommendation", params: { space, document, item } };
  if (collection === "agenda" && item) return { name: "agenda-item", params: { space, document, item } };
  const tab = collection && tabs[collection];
  return { name: "conference", params: { space, document, ...(tab ? { tab } : {}) } };
}

export const hrefOf = ({ name, params }: Route) => hrefTo(name, params as never);
