// Telephone numbers on the page run from left to right, whatever stands around them. Only what is shown changes.

import type { Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { telephonesIn } from "../arabic/telephones";
import { changedRange } from "./flat";

/** Of the blocks from one index to another, and where these lie. */
function decorated(doc: Node, from: number, to: number): { start: number; end: number; decorations: Decoration[] } {
  let start = 0;
  for (let index = 0; index < from; index += 1) start += doc.child(index).nodeSize;
  let end = start;
  const decorations: Decoration[] = [];
  for (let index = from; index < to; index += 1) {
    const block = doc.child(index);
    for (const found of telephonesIn(block.textContent)) {
      decorations.push(Decoration.inline(end + 1 + found.from, end + 1 + found.to, { nodeName: "bdo", dir: "ltr", class: "telephone" }));
    }
    end += block.nodeSize;
  }
  return { start, end, decorations };
}

export function telephones(): Plugin<DecorationSet> {
  const plugin: Plugin<DecorationSet> = new Plugin({
    state: {
      init: (_, { doc }) => DecorationSet.create(doc!, decorated(doc!, 0, doc!.childCount).decorations),
      apply: (tr, before) => {
        const range = changedRange(tr.before, tr.doc);
        if (!range) return before;
        const mapped = before.map(tr.mapping, tr.doc);
        const { start, end, decorations } = decorated(tr.doc, range.from, range.toNow);
        const old = mapped.find(start, end);
        return old.length + decorations.length === 0 ? mapped : mapped.remove(old).add(tr.doc, decorations);
      },
    },
    props: { decorations: (state) => plugin.getState(state) },
  });
  return plugin;
}
