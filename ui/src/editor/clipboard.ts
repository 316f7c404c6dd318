// What comes in and goes out by copy and paste: blocks, bold, italic and links that may be opened; never styles,
// pictures or scripts. Nothing is added to the copied text but the numbers of lists.

import { DOMParser, DOMSerializer, Fragment, Slice } from "prosemirror-model";
import type { Block, NoteBlock, Plain } from "../engine/types";
import { linkValue, safeAddress } from "./links";
import { blockOf, directionKey, directionSet, lookOf, nodeOf, schema } from "./schema";

type Marks = Record<string, Plain>;
type Context = { block: Block; marks: Marks; isPre: boolean; depth: number };

const plainBlock: Block = { kind: "paragraph", parents: [], attrs: {}, is_embed: false };
const ignored = new Set(["script", "style", "head", "title", "meta", "link", "noscript", "template", "svg", "math", "iframe", "object", "embed", "audio", "video", "canvas", "select", "textarea"]);
const blockTags = new Set(["p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "figure", "figcaption", "table", "tr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "address", "hr", "form", "fieldset", "details", "summary", "h1", "h2", "h3", "h4", "h5", "h6"]);
/** Where a copied block keeps the direction that was set by hand. */
const handSet = "data-direction";
/** Deeper than any page that people copy from, and shallow enough for the stack. */
const depthMax = 200;

/** The blocks of a page's piece of HTML. */
export function blocksOfHtml(root: Node): NoteBlock[] {
  const blocks: NoteBlock[] = [];
  let open: NoteBlock | null = null;
  const begin = (block: Block) => {
    open = { ...block, runs: [] };
    blocks.push(open);
    return open;
  };
  const walk = (node: Node, context: Context) => {
    if (node.nodeType === 3) {
      const raw = node.nodeValue ?? "";
      if (context.isPre) {
        raw.split("\n").forEach((line, index) => {
          if (index > 0) open = null;
          if (line) (open ?? begin(context.block)).runs.push({ text: line, marks: context.marks });
        });
        return;
      }
      let text = raw.replace(/[ \t\r\n\f]+/g, " ");
      const last = open?.runs.at(-1);
      if ((!last || last.text.endsWith(" ")) && text.startsWith(" ")) text = text.slice(1);
      if (text) (open ?? begin(context.block)).runs.push({ text, marks: context.marks });
      return;
    }
    if (node.nodeType !== 1 && node.nodeType !== 11) return;
    const tag = node.nodeName.toLowerCase();
    if (ignored.has(tag) || context.depth > depthMax) return;
    if (tag === "br") {
      open = null;
      return;
    }
    const inner = directed(node as Element, within(node as Element, tag, context));
    const isBlock = blockTags.has(tag);
    // The first paragraph of an item is the item itself.
    const goesOn = (tag === "p" || tag === "div") && open !== null && (open as NoteBlock).runs.length === 0;
    if (isBlock && !goesOn) open = tag === "li" ? begin(inner.block) : null;
    if ((tag === "td" || tag === "th") && open) (open as NoteBlock).runs.push({ text: " ", marks: {} });
    node.childNodes.forEach((child) => walk(child, inner));
    if (isBlock) open = null;
  };
  walk(root, { block: plainBlock, marks: {}, isPre: false, depth: 0 });
  return blocks.map(trimmed).filter(({ kind, runs }) => runs.length > 0 || kind !== "paragraph");
}

function within(element: Element, tag: string, context: Context): Context {
  const { block, marks } = context;
  const next = { ...context, depth: context.depth + 1 };
  const heading = /^h([1-6])$/.exec(tag);
  if (heading) return { ...next, block: { ...plainBlock, kind: "heading", attrs: { level: Math.min(3, Number(heading[1])) } } };
  if (tag === "blockquote") return { ...next, block: { ...plainBlock, kind: "blockquote" } };
  if (tag === "pre") return { ...next, isPre: true };
  if (tag === "li") {
    const kind = element.parentElement?.nodeName.toLowerCase() === "ol" ? "ordered-list-item" : "unordered-list-item";
    const outer = block.kind.endsWith("-list-item") ? [...block.parents, block.kind].slice(0, 3) : [];
    return { ...next, block: { ...plainBlock, kind, parents: outer } };
  }
  return { ...next, marks: markedBy(element, tag, marks) };
}

/** A direction that somebody set by hand in a note. Other pages' own say only how those pages are set. */
function directed(element: Element, context: Context): Context {
  const set = directionSet({ attrs: { [directionKey]: element.getAttribute(handSet) ?? "" } });
  if (set === "auto") return context;
  return { ...context, block: { ...context.block, attrs: { ...context.block.attrs, [directionKey]: set } } };
}

function markedBy(element: Element, tag: string, marks: Marks): Marks {
  const { fontWeight = "", fontStyle = "" } = (element as HTMLElement).style ?? {};
  const weight = fontWeight || (tag === "b" || tag === "strong" ? "bold" : "");
  const slant = fontStyle || (tag === "i" || tag === "em" ? "italic" : "");
  const address = tag === "a" ? safeAddress(element.getAttribute("href") ?? "") : null;
  const { strong, em, ...others } = marks;
  return {
    ...others,
    ...((weight ? /^(bold(er)?|[6-9]\d\d)$/.test(weight) : strong) ? { strong: true } : {}),
    ...((slant ? slant === "italic" : em) ? { em: true } : {}),
    ...(address ? { link: linkValue(address) } : {}),
  };
}

function trimmed(block: NoteBlock): NoteBlock {
  const last = block.runs.at(-1);
  if (!last?.text.endsWith(" ")) return block;
  const runs = [...block.runs.slice(0, -1), { ...last, text: last.text.trimEnd() }];
  return { ...block, runs: runs.filter(({ text }) => text !== "") };
}

function sliceOf(blocks: NoteBlock[]): Slice {
  const nodes = blocks.map(nodeOf);
  return new Slice(Fragment.from(nodes), nodes.length ? 1 : 0, nodes.length ? 1 : 0);
}

class HtmlParser extends DOMParser {
  override parseSlice(dom: Node): Slice {
    return sliceOf(blocksOfHtml(dom));
  }
}
export const clipboardParser: DOMParser = new HtmlParser(schema, []);

export function clipboardTextParser(text: string): Slice {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  // A last line break ends a line; it does not begin another.
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return sliceOf(lines.map((line) => ({ ...plainBlock, runs: [{ text: line, marks: {} }] })));
}

/** The words of a piece of a note; list items keep their signs where there is more than one line. */
function plainTextOf(content: Fragment): string {
  const numbers: number[] = [];
  const lines = content.content.map((node) => {
    const { look, depth } = lookOf(blockOf(node));
    if (look === "numbered") numbers[depth] = (numbers[depth] ?? 0) + 1;
    numbers.length = look === "numbered" ? depth + 1 : look === "bulleted" ? depth : 0;
    const sign = look === "numbered" ? `${numbers[depth]}. ` : look === "bulleted" ? "- " : "";
    return `${"  ".repeat(depth)}${sign}${node.textContent}`;
  });
  return content.childCount === 1 ? content.child(0).textContent : lines.join("\n");
}

/** Lists as lists, so that other apps understand them. */
class HtmlSerializer extends DOMSerializer {
  override serializeFragment(content: Fragment, options: { document?: Document } = {}, target?: HTMLElement | DocumentFragment) {
    if (content.firstChild?.type.name !== "block") return super.serializeFragment(content, options, target);
    const page = options.document ?? document;
    const out = target ?? page.createDocumentFragment();
    const lists: Element[] = [];
    content.forEach((node) => {
      const { look, level, depth } = lookOf(blockOf(node));
      const isListed = look === "numbered" || look === "bulleted";
      const tag = isListed ? "li" : look === "heading" ? `h${level}` : look === "quote" ? "blockquote" : "p";
      const element = page.createElement(tag);
      const direction = directionSet(blockOf(node));
      if (direction !== "auto") {
        element.setAttribute("dir", direction);
        element.setAttribute(handSet, direction);
      }
      super.serializeFragment(node.content, options, element);
      lists.length = isListed ? Math.min(lists.length, depth + 1) : 0;
      const listTag = look === "numbered" ? "OL" : "UL";
      if (isListed && lists[depth]?.nodeName !== listTag) lists.length = Math.min(lists.length, depth);
      while (isListed && lists.length <= depth) {
        const list = page.createElement(listTag);
        (lists.at(-1)?.lastElementChild ?? out).appendChild(list);
        lists.push(list);
      }
      (isListed ? lists.at(-1)! : out).appendChild(element);
    });
    return out;
  }
}
const base = DOMSerializer.fromSchema(schema);
export const clipboardSerializer: DOMSerializer = new HtmlSerializer(base.nodes, base.marks);

export function clipboardTextSerializer(slice: Slice): string {
  return plainTextOf(slice.content);
}
