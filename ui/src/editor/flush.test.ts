import { EditorState } from "prosemirror-state";
import { expect, test } from "vitest";
import type { FlushAnswer } from "../engine/types";
import { Flusher, type Sent } from "./flush";
import { docOf } from "./schema";
import { paragraph } from "./world";

function page(answer: (nth: number) => FlushAnswer) {
  let state = EditorState.create({ doc: docOf([paragraph("abc"), paragraph("def")]) });
  const sent: Sent[] = [];
  const send = async (flush: Sent) => answer(sent.push(flush));
  const flusher = new Flusher({ doc: () => state.doc, selection: () => null, isComposing: () => false, apply: () => {}, send, tell: () => {} }, ["0"]);
  const types = (text: string, at: number) => {
    const tr = state.tr.insertText(text, at);
    state = state.apply(tr);
    flusher.typed(tr);
  };
  const texts = () => sent.map(({ changed }) => changed?.blocks.map(({ runs }) => runs[0]!.text));
  return { flusher, types, sent, texts };
}
const taken = (nth: number): FlushAnswer => ({ own: [`${nth}`], merged: [`${nth}`], edits: [], selection: null });

test("what was typed in two places goes one after the other, each on top of the one before", async () => {
  const { flusher, types, sent, texts } = page(taken);
  types("x", 7);
  types("y", 2);
  expect(await flusher.drain()).toBe(true);
  expect(texts()).toEqual([["dxef"], ["aybc"]]);
  expect(sent.map(({ heads }) => heads)).toEqual([["0"], ["1"]]);
});

test("where the page may be gone before an answer, everything goes at once", async () => {
  const { flusher, types, texts } = page(taken);
  types("x", 7);
  types("y", 2);
  await flusher.flushAll();
  expect(flusher.isClean).toBe(true);
  expect(texts()).toEqual([["aybc", "dxef"]]);
});

test("what was refused goes again with what was typed since", async () => {
  const { flusher, types, texts } = page((nth) => {
    if (nth === 1) throw { code: "too_large" };
    return taken(nth);
  });
  types("x", 7);
  await flusher.flush();
  types("y", 2);
  expect(await flusher.drain()).toBe(true);
  expect(texts()).toEqual([["dxef"], ["aybc", "dxef"]]);
});
