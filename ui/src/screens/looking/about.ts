import type { Content } from "../../engine/types";

/** An item's own words, as a heading over what is told of it; null for the document itself or an item that is gone. */
export function aboutAt(content: Content, at: readonly string[]): string | null {
  let record: unknown = content;
  for (let step = 0; step < at.length; step += 2) {
    const items = (record as Record<string, unknown>)[at[step]!];
    record = Array.isArray(items) ? items.find((item: { id?: string }) => item?.id === at[step + 1]) : undefined;
    if (record === undefined) return null;
  }
  const words = record as Record<string, unknown>;
  const found = ["wording", "title", "name", "organisation", "label", "text"].map((field) => words[field]).find((value) => typeof value === "string" && value.trim() !== "");
  return (found as string | undefined) ?? null;
}
