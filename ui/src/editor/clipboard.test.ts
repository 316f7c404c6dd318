import { EditorState, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { expect, test } from "vitest";
import type { NoteBlock } from "../engine/types";
import { blocksOfHtml, clipboardParser, clipboardSerializer, clipboardTextParser, clipboardTextSerializer } from "./clipboard";
import { linkValue, safeAddress } from "./links";
import { blockOf, docOf, noteBlockOf } from "./schema";

const block = (kind: string, text: string, rest: Partial<NoteBlock> = {}): NoteBlock => ({ kind, parents: [], attrs: {}, is_embed: false, runs: text ? [{ text, marks: {} }] : [], ...rest });
const html = (text: string) => blocksOfHtml(new DOMParser().parseFromString(text, "text/html").body);

const note = [
  block("paragraph", "سطر أول"), block("paragraph", "ثانٍ"), block("heading", "عنوان", { attrs: { level: 1 } }), block("ordered-list-item", "واحد"),
  block("unordered-list-item", "فرع", { parents: ["ordered-list-item"] }), block("ordered-list-item", "اثنان"), block("blockquote", "قول"),
  block("heading", "Annex 2", { attrs: { level: 2, dir: "rtl" } }), block("ordered-list-item", "ثلاثة", { attrs: { dir: "ltr" } }), block("unordered-list-item", "فرع", { parents: ["ordered-list-item"] }),
  block("paragraph", "", { runs: [{ text: "نص ", marks: {} }, { text: "غامق", marks: { strong: true } }, { text: "رابط", marks: { link: linkValue("https://example.org/") } }] }),
];

function page(blocks: NoteBlock[], from?: number, to?: number): EditorView {
  const doc = docOf(blocks);
  const selection = TextSelection.create(doc, from ?? 1, to ?? doc.content.size - 1);
  return new EditorView(null, { state: EditorState.create({ doc, selection }), clipboardParser, clipboardSerializer, clipboardTextParser, clipboardTextSerializer });
}

test("everything copied and pasted over itself or into an empty note is the same", () => {
  const view = page(note);
  const { dom, text } = view.serializeForClipboard(view.state.selection.content());
  expect(text).toBe("سطر أول\nثانٍ\nعنوان\n1. واحد\n  - فرع\n2. اثنان\nقول\nAnnex 2\n1. ثلاثة\n  - فرع\nنص غامقرابط");
  for (const target of [view, page([block("paragraph", "")])]) {
    target.pasteHTML(dom.innerHTML, new Event("paste") as ClipboardEvent);
    expect(target.state.doc.children.map(noteBlockOf)).toEqual(note);
  }
});

test("words copied within a line come back as words, in whatever block they are put", () => {
  const view = page(note, 2, 4);
  const { dom } = view.serializeForClipboard(view.state.selection.content());
  const target = page([block("heading", "ab", { attrs: { level: 2 } })], 2, 2);
  target.pasteHTML(dom.innerHTML, new Event("paste") as ClipboardEvent);
  expect(target.state.doc.children.map((child) => [blockOf(child).kind, child.textContent])).toEqual([["heading", "aطرb"]]);
});

test("of a page from elsewhere only words, blocks, bold, italic and safe links are taken", () => {
  const pasted = html(`<style>p{color:red}</style><script>alert(1)</script><h5 onclick="alert(1)">عنوان</h5>
    <p dir="rtl" style="color:red">نص <b>غامق</b> <span style="font-style:italic">مائل</span> <b style="font-weight:normal">عادي</b> <a href="javascript:alert(1)">سيئ</a> <a href="HTTPS://ok.example">جيد</a></p>
    <ol><li><p>واحد</p><ul><li>فرع</li></ul></li><li>اثنان</li></ol><blockquote><p>قول</p></blockquote><div>أ<br>ب</div><svg><text>x</text></svg>`);
  expect(pasted.map(({ kind, runs }) => `${kind}:${runs.map(({ text }) => text).join("")}`)).toEqual([
    "heading:عنوان", "paragraph:نص غامق مائل عادي سيئ جيد", "ordered-list-item:واحد", "unordered-list-item:فرع", "ordered-list-item:اثنان", "blockquote:قول", "paragraph:أ", "paragraph:ب",
  ]);
  expect(pasted.slice(1).map(({ attrs }) => attrs)).toEqual(Array(7).fill({}));
  expect(pasted[1]!.runs.filter(({ marks }) => Object.keys(marks).length > 0)).toEqual([
    { text: "غامق", marks: { strong: true } }, { text: "مائل", marks: { em: true } }, { text: "جيد", marks: { link: linkValue("HTTPS://ok.example") } },
  ]);
});

test("plain text becomes one paragraph a line", () => {
  expect(clipboardTextParser("أ\r\n\r\nب\n").content.content.map((node) => node.textContent)).toEqual(["أ", "", "ب"]);
});

test("only addresses of the web, of mail and of telephones may be opened", () => {
  for (const bad of ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://x/y", "tauri://localhost", "http://", "https:", "//", "", "a b", "multaqa:note/x"]) expect(safeAddress(bad), bad).toBeNull();
  expect(safeAddress("example.org/أ")).toBe("https://example.org/أ");
  expect(safeAddress("localhost:8080/x")).toBe("https://localhost:8080/x");
  expect(safeAddress("a@b.org")).toBe("mailto:a@b.org");
  expect(safeAddress("tel:+9647701234567")).toBe("tel:+9647701234567");
});
