// Which way a block without letters runs: as the one before it, so that a new line begins where the eye is. A block with
// letters runs by its first one, the same for every reader, unless somebody has set its direction by hand.

import type { Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { directionOf } from "../arabic/names";
import { blockOf, directionSet } from "./schema";

const known = new WeakMap<Node, "rtl" | "ltr" | "none">();

function ownDirection(block: Node): "rtl" | "ltr" | "none" {
  const set = directionSet(blockOf(block));
  if (set !== "auto") return set;
  let direction = known.get(block);
  if (!direction) {
    direction = directionOf(block.textContent) ?? "none";
    known.set(block, direction);
  }
  return direction;
}

function decorate(doc: Node): DecorationSet {
  let last = document.documentElement.dir === "ltr" ? "ltr" : "rtl";
  const decorations: Decoration[] = [];
  doc.forEach((block, position) => {
    const own = ownDirection(block);
    if (own === "none") decorations.push(Decoration.node(position, position + block.nodeSize, { class: `as-${last}` }));
    else last = own;
  });
  return DecorationSet.create(doc, decorations);
}

export function directions(): Plugin<DecorationSet> {
  const plugin: Plugin<DecorationSet> = new Plugin({
    state: {
      init: (_, { doc }) => decorate(doc!),
      apply: (tr, decorations) => (tr.docChanged ? decorate(tr.doc) : decorations),
    },
    props: { decorations: (state) => plugin.getState(state) },
  });
  return plugin;
}
