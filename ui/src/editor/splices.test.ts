import { EditorState } from "prosemirror-state";
import { expect, test } from "vitest";
import { splitAt } from "./apply";
import { blockOf, docOf, emptyBlock } from "./schema";
import { Splices } from "./splices";
import { paragraph } from "./world";

function typing() {
  const splices = new Splices();
  let state = EditorState.create({ doc: docOf([paragraph("abc"), paragraph("def")]) });
  const does = (change: (tr: typeof state.tr) => typeof state.tr) => {
    const tr = change(state.tr);
    splices.add(tr);
    state = state.apply(tr);
    return state.doc;
  };
  return { splices, does, now: () => ({ doc: state.doc, selection: null }) };
}

test("what is typed on is one splice, and a change elsewhere begins another", () => {
  const { splices, does, now } = typing();
  does((tr) => tr.insertText("x", 2));
  does((tr) => splitAt(tr, 3, blockOf(emptyBlock())));
  does((tr) => tr.insertText("y", 5));
  const first = does((tr) => tr.delete(5, 7));
  const second = does((tr) => tr.insertText("z", 8));
  const last = does((tr) => tr.delete(1, 2));
  const sent = splices.first(now());
  expect(sent).toEqual({ doc: first, selection: { anchor: 4, head: 4 } });
  expect(splices.taken(sent)).toBe(true);
  const next = splices.first(now());
  expect(next).toEqual({ doc: second, selection: { anchor: 7, head: 7 } });
  expect(splices.taken(next)).toBe(false);
  expect(splices.first(now())).toEqual({ doc: last, selection: null });
});

test("each step of one change may be a splice of its own", () => {
  const { splices, does, now } = typing();
  does((tr) => tr.insertText("x", 7).insertText("y", 2));
  expect(splices.first(now()).doc.textContent).toBe("abcdxef");
});

test("what was sent stays a splice until it is taken, unless all become one", () => {
  const { splices, does, now } = typing();
  const sent = does((tr) => tr.insertText("x", 2));
  splices.first(now());
  does((tr) => tr.insertText("y", 3));
  const last = does((tr) => tr.insertText("z", 9));
  expect(splices.first(now()).doc).toBe(sent);
  splices.join();
  expect(splices.first(now()).doc).toBe(last);
});
