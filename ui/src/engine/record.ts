// Where something stands in a document's content, as edits name it.

import type { Content } from "./types";

/** The document itself or one of its items, by a path as in `Edit.at`; null where it is gone. */
export function recordAt(content: Content, at: readonly string[]): Record<string, unknown> | null {
  let record: unknown = content;
  for (let step = 0; step < at.length; step += 2) {
    const items = (record as Record<string, unknown>)[at[step]!];
    record = Array.isArray(items) ? items.find((item: { id?: string }) => item?.id === at[step + 1]) : undefined;
    if (record === undefined) return null;
  }
  return record as Record<string, unknown>;
}
