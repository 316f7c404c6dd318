// Signs at the beginning of a paragraph that make it a heading, a list or a quote. One undo gives the signs back.

import { InputRule, inputRules } from "prosemirror-inputrules";
import type { Node } from "prosemirror-model";
import type { Plugin } from "prosemirror-state";
import { parseNumber } from "../arabic/digits";
import { setBlock } from "./apply";
import { withLook } from "./commands";
import { blockOf, lookOf, type Look } from "./schema";
import { asOneEvent } from "./undo";

function rule(sign: RegExp, lookFor: (match: RegExpMatchArray, doc: Node, index: number) => { look: Look["look"]; level?: number } | null): InputRule {
  return new InputRule(sign, (state, match, start, end) => {
    const $start = state.doc.resolve(start);
    const block = blockOf($start.parent);
    if (lookOf(block).look !== "paragraph" || $start.parentOffset !== 0) return null;
    const found = lookFor(match, state.doc, $start.index(0));
    if (!found) return null;
    return setBlock(asOneEvent(state.tr).delete(start, end), $start.before(), withLook(block, found.look, found.level));
  });
}

/** The number that a list item put at `index` would show. */
function numberAt(doc: Node, index: number): number {
  let number = 1;
  for (let before = index - 1; before >= 0; before -= 1) {
    const { look, depth } = lookOf(blockOf(doc.child(before)));
    if (depth > 0 && (look === "numbered" || look === "bulleted")) continue;
    if (look !== "numbered") break;
    number += 1;
  }
  return number;
}

export function rules(): Plugin {
  return inputRules({
    rules: [
      rule(/^(#{1,3}) $/, (match) => ({ look: "heading", level: match[1]!.length })),
      rule(/^[-*•] $/, () => ({ look: "bulleted" })),
      // Another number than the list would show is somebody's own, and stays as it was typed.
      rule(/^([0-9٠-٩۰-۹]{1,3})[.)\-ـ] $/, (match, doc, index) => (parseNumber(match[1]!) === numberAt(doc, index) ? { look: "numbered" } : null)),
      rule(/^[<>] $/, () => ({ look: "quote" })),
    ],
  });
}
