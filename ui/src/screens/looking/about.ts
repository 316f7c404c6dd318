import { recordAt } from "../../engine/record";
import type { Content } from "../../engine/types";

/** An item's own words, as a heading over what is told of it; null for the document itself or an item that is gone. */
export function aboutAt(content: Content, at: readonly string[]): string | null {
  const words = recordAt(content, at);
  const found = ["wording", "title", "name", "organisation", "label", "text"].map((field) => words?.[field]).find((value) => typeof value === "string" && value.trim() !== "");
  return (found as string | undefined) ?? null;
}
