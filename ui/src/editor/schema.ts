// The note as ProseMirror holds it: a flat row of blocks, each as Automerge's editors store it, unknown ones included.

import { type Attrs, type Mark, type Node, Schema } from "prosemirror-model";
import type { Block, NoteBlock, Plain, Run } from "../engine/types";
import { addressOf } from "./links";

const paragraph: Block = { kind: "paragraph", parents: [], attrs: {}, is_embed: false };

/** How a block looks. Kinds that are not known look like a paragraph and stay what they are. */
export type Look = { look: "paragraph" | "heading" | "numbered" | "bulleted" | "quote"; level: number; depth: number };

const listLooks: Record<string, "numbered" | "bulleted"> = { "ordered-list-item": "numbered", "unordered-list-item": "bulleted" };
export const depthMax = 3;

export function lookOf(block: Block): Look {
  const lists = block.parents.filter((parent) => parent in listLooks).length;
  const depth = Math.min(lists, depthMax);
  const listed = listLooks[block.kind];
  if (listed) return { look: listed, level: 0, depth };
  if (block.kind === "heading") return { look: "heading", level: Math.min(3, Math.max(1, Number(block.attrs["level"]) || 1)), depth };
  const isQuote = block.kind === "blockquote" || block.parents.includes("blockquote");
  return { look: isQuote ? "quote" : "paragraph", level: 0, depth };
}

/** The attribute of a block whose direction was set by hand: "rtl" or "ltr". Without it, its first letter decides. */
export const directionKey = "dir";
export type Direction = "rtl" | "ltr" | "auto";

export function directionSet({ attrs }: Pick<Block, "attrs">): Direction {
  const set = attrs[directionKey];
  return set === "rtl" || set === "ltr" ? set : "auto";
}

/** The title stands above the text as the first heading, so that a note's own begin with the second. */
function tagOf({ look, level }: Look): string {
  if (look === "heading") return `h${level + 1}`;
  return look === "quote" ? "blockquote" : "p";
}

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    block: {
      content: "text*",
      attrs: { kind: { default: paragraph.kind }, parents: { default: paragraph.parents }, attrs: { default: paragraph.attrs }, is_embed: { default: false } },
      defining: true,
      // What is selected is always text, so that every command finds a block around the caret.
      selectable: false,
      toDOM(node) {
        const shown = lookOf(blockOf(node));
        return [tagOf(shown), { dir: directionSet(blockOf(node)), "data-look": shown.look, ...(shown.depth ? { "data-depth": String(shown.depth) } : {}), ...(node.attrs["is_embed"] ? { "data-embed": "" } : {}) }, 0];
      },
    },
    text: {},
  },
  marks: {
    // A link comes first, so that bold inside it does not cut it in two.
    link: {
      attrs: { value: {} },
      inclusive: false,
      toDOM(mark) {
        const address = addressOf(String(mark.attrs["value"]));
        // No href at all where the address is not of a kind that may be opened.
        return ["a", address ? { href: address, rel: "noopener noreferrer" } : {}, 0];
      },
    },
    strong: { attrs: { value: { default: true } }, toDOM: () => ["strong", 0] },
    em: { attrs: { value: { default: true } }, toDOM: () => ["em", 0] },
    // Marks of other apps: several may lie over one letter.
    other: { attrs: { name: {}, value: {} }, excludes: "", toDOM: () => ["span", 0] },
  },
});

export function blockOf(node: Node): Block {
  return node.attrs as Block;
}

/** The mark with the name and value that the document stores. */
export function markOf(name: string, value: Plain): Mark {
  const type = name === "other" ? undefined : schema.marks[name];
  return type ? type.create({ value }) : schema.marks["other"]!.create({ name, value });
}

export function nameOf(mark: Mark): string {
  return mark.type.name === "other" ? (mark.attrs["name"] as string) : mark.type.name;
}

function marksOf(marks: Record<string, Plain>): readonly Mark[] {
  return Object.entries(marks).reduce<readonly Mark[]>((set, [name, value]) => markOf(name, value).addToSet(set), []);
}

export function textOf(run: Run): Node | null {
  return run.text === "" ? null : schema.text(run.text, marksOf(run.marks));
}

export function nodeOf({ runs, ...block }: NoteBlock): Node {
  return schema.node("block", block as Attrs, runs.map(textOf).filter((text) => text !== null));
}

export function docOf(blocks: NoteBlock[]): Node {
  return schema.node("doc", null, blocks.length > 0 ? blocks.map(nodeOf) : [emptyBlock()]);
}

export function emptyBlock(block: Block = paragraph): Node {
  return schema.node("block", block as Attrs);
}

export function noteBlockOf(node: Node): NoteBlock {
  const { kind, parents, attrs, is_embed } = blockOf(node);
  const runs = node.children.map((text): Run => ({
    text: text.text!,
    marks: Object.fromEntries(text.marks.map((mark) => [nameOf(mark), mark.attrs["value"] as Plain])),
  }));
  return { kind, parents, attrs, is_embed, runs };
}
