import * as Automerge from "@automerge/automerge";
import { basicSchemaAdapter, pmDocFromSpans, pmNodeToSpans } from "@automerge/prosemirror";
import { expect, test } from "vitest";
import type { NoteBlock, Plain } from "../engine/types";
import { linkValue } from "./links";
import { docOf, lookOf, noteBlockOf } from "./schema";

type Span = Automerge.Span;
const plainOf = (value: unknown): Plain => (Automerge.isImmutableString(value) ? value.val : (value as Plain));

/** A stored text as the engine tells of it to the page. */
function blocksOf(spans: Span[]): NoteBlock[] {
  const blocks: NoteBlock[] = [];
  for (const span of spans) {
    if (span.type === "block") {
      const { type, parents, attrs, isEmbed } = span.value as Record<string, unknown>;
      blocks.push({
        kind: String(plainOf(type)), parents: (parents as unknown[]).map((parent) => String(plainOf(parent))),
        attrs: Object.fromEntries(Object.entries(attrs as Record<string, unknown>).map(([name, value]) => [name, plainOf(value)])), is_embed: isEmbed === true, runs: [],
      });
    } else {
      if (blocks.length === 0) blocks.push({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [] });
      blocks.at(-1)!.runs.push({ text: span.value, marks: (span.marks ?? {}) as Record<string, Plain> });
    }
  }
  return blocks;
}

/** Blocks written into a document of Automerge, marker by marker, and read back. */
function stored(blocks: NoteBlock[]): Span[] {
  let doc = Automerge.from<{ body: string }>({ body: "" });
  doc = Automerge.change(doc, (draft) => {
    let at = 0;
    for (const { kind, parents, attrs, is_embed, runs } of blocks) {
      const words = (text: string) => new Automerge.ImmutableString(text);
      Automerge.splitBlock(draft, ["body"], at, { type: words(kind), parents: parents.map(words), attrs: { ...attrs }, isEmbed: is_embed });
      at += 1;
      for (const { text, marks } of runs) {
        Automerge.splice(draft, ["body"], at, 0, text);
        for (const name of ["strong", "em", "link"]) Automerge.unmark(draft, ["body"], { start: at, end: at + text.length, expand: "none" }, name);
        for (const [name, value] of Object.entries(marks)) Automerge.mark(draft, ["body"], { start: at, end: at + text.length, expand: name === "link" ? "none" : "after" }, name, value);
        at += text.length;
      }
    }
  });
  return Automerge.spans(doc, ["body"]);
}

const block = (kind: string, text: string, rest: Partial<NoteBlock> = {}): NoteBlock => ({ kind, parents: [], attrs: {}, is_embed: false, runs: text ? [{ text, marks: {} }] : [], ...rest });

const note: NoteBlock[] = [
  block("heading", "الجلسة الأولى", { attrs: { level: 2 } }),
  block("paragraph", "", { runs: [
    { text: "افتُتحت ", marks: {} }, { text: "رسميًا", marks: { strong: true } }, { text: " بحضور ", marks: {} }, { text: "الوفود", marks: { em: true, strong: true } },
    { text: " وفق ", marks: {} }, { text: "الدليل", marks: { link: linkValue("https://example.org/a?b=c") } }, { text: ".", marks: {} },
  ] }),
  block("ordered-list-item", "التوصية الأولى"),
  block("unordered-list-item", "فرع منها", { parents: ["ordered-list-item"] }),
  block("ordered-list-item", "التوصية الثانية"),
  block("paragraph", "كلمة مقتبسة", { parents: ["blockquote"] }),
  block("blockquote", "قول آخر"),
  block("paragraph", "The end."),
];

test("the page gives back exactly the blocks that it was given, unknown ones included", () => {
  const strange = [block("aside", "x", { parents: ["callout"], attrs: { tone: "calm", weight: 2 } }), block("image", "", { attrs: { src: "a" }, is_embed: true }), block("paragraph", "", { runs: [{ text: "م", marks: { comment: "c1", "highlight-x": true } }] })];
  for (const blocks of [note, strange]) expect(docOf(blocks).children.map(noteBlockOf)).toEqual(blocks);
});

test("what the page stores is shown by Automerge's own editor, with every word and look in its place", () => {
  const spans = stored(docOf(note).children.map(noteBlockOf));
  const shown = pmDocFromSpans(basicSchemaAdapter, spans);
  shown.check();
  const found: string[] = [];
  shown.descendants((node, _, parent) => {
    if (node.isTextblock) found.push(`${parent!.type.name}>${node.type.name}${node.attrs["level"] ?? ""}:${node.textContent}`);
  });
  expect(found).toEqual([
    "doc>heading2:الجلسة الأولى", "doc>paragraph:افتُتحت رسميًا بحضور الوفود وفق الدليل.", "list_item>paragraph:التوصية الأولى", "list_item>paragraph:فرع منها",
    "list_item>paragraph:التوصية الثانية", "blockquote>paragraph:كلمة مقتبسة", "blockquote>paragraph:قول آخر", "doc>paragraph:The end.",
  ]);
  const marks: string[] = [];
  shown.descendants((node) => void (node.marks.length > 0 && marks.push(`${node.text}:${node.marks.map(({ type, attrs }) => `${type.name}${attrs["href"] ?? ""}`).toSorted().join("+")}`)));
  expect(marks).toEqual(["رسميًا:strong", "الوفود:em+strong", "الدليل:linkhttps://example.org/a?b=c"]);
});

test("what Automerge's own editor writes comes back from the page as it was", () => {
  const { schema: theirs } = basicSchemaAdapter;
  const n = (type: string, ...content: ReturnType<typeof theirs.text>[]) => theirs.node(type, { isAmgBlock: true }, content);
  const text = (words: string, ...marks: ReturnType<typeof theirs.mark>[]) => theirs.text(words, marks);
  const doc = theirs.node("doc", null, [
    theirs.node("heading", { level: 3, isAmgBlock: true }, [text("عنوان")]),
    n("paragraph", text("نص "), text("غامق", theirs.mark("strong")), text(" و"), text("رابط", theirs.mark("link", { href: "https://example.org", title: "" }))),
    theirs.node("bullet_list", null, [n("list_item", theirs.node("paragraph", null, [text("أول")])), n("list_item", theirs.node("paragraph", null, [text("ثان")]))]),
    theirs.node("ordered_list", null, [n("list_item", theirs.node("paragraph", null, [text("واحد")]))]),
    theirs.node("blockquote", { isAmgBlock: true }, [theirs.node("paragraph", null, [text("قول")])]),
  ]);
  const blocks = blocksOf(pmNodeToSpans(basicSchemaAdapter, doc) as Span[]);
  const shown = docOf(blocks);
  expect(shown.children.map((child, index) => `${lookOf(blocks[index]!).look}:${child.textContent}`)).toEqual([
    "heading:عنوان", "paragraph:نص غامق ورابط", "bulleted:أول", "bulleted:ثان", "numbered:واحد", "quote:قول",
  ]);
  expect(shown.children.map(noteBlockOf)).toEqual(blocks);
  expect(blocks[1]!.runs.map(({ marks }) => marks)).toEqual([{}, { strong: true }, {}, { link: linkValue("https://example.org") }]);
  // And there again: their editor shows the same words under the same looks.
  expect(pmDocFromSpans(basicSchemaAdapter, stored(shown.children.map(noteBlockOf))).textContent).toBe(doc.textContent);
});
