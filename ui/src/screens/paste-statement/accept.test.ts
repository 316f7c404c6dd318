import { expect, test } from "vitest";
import type { Conference, NoteBody } from "../../engine/types";
import { committeesNamed, editsOf, planEditsOf } from "./accept";
import { foundFrom } from "./borders";
import { inBody, textOf } from "./source";

const paragraph = (text: string) => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text, marks: {} }] });
const body: NoteBody = { heads: [], blocks: [paragraph("قرروا"), paragraph("1ـ دليل فصلي")] };
const found = () => {
  const text = textOf(body, null).text;
  const start = text.indexOf("دليل");
  return foundFrom([{ number: 1, start, end: text.length, wording: "دليل فصلي", committee: "لجنة الدليل", recurrence: "quarterly", duration: null, axis: null }], () => "f")[0]!;
};

test("a letter of a note's text is found again in its flat body, where every block has a marker", () => {
  const flat = "¶قرروا¶1ـ دليل فصلي";
  const whole = textOf(body, null);
  const { start, end } = inBody(whole, found());
  expect(flat.slice(start, end)).toBe("دليل فصلي");
  const [from, to] = [flat.indexOf("دليل"), flat.indexOf("فصلي")];
  const part = textOf(body, { from, to });
  expect(part.text).toBe("دليل ");
  expect(inBody(part, { start: 0, end: 4 })).toEqual({ start: from, end: from + 4 });
});

test("what was found is written with its number, words and source; suggestions only once accepted", () => {
  const items = [{ found: found(), id: "r", span: { start: "3@a", end: "-9@a" } }];
  const fields = editsOf(items, [], "n").flatMap((edit) => ("field" in edit ? [edit.field] : []));
  expect(fields).toEqual(["wording", "number", "source_note", "source_start", "source_end"]);
  const plan = { kind: "plan" as const, title: null, items: [{ id: "p", origin: "c/r" }] } as never;
  expect(planEditsOf(items, plan, "c")).toEqual({ items: ["p"], edits: [] });

  const accepted = [{ found: { ...found(), accepts: { committee: true, recurrence: true, duration: false } }, id: "r" }];
  expect(planEditsOf(accepted, plan, "c").edits.map((edit) => "value" in edit && edit.value)).toEqual(["لجنة الدليل", "quarterly"]);
  const conference = { committees: [] as unknown } as Conference;
  expect(committeesNamed(accepted.map((each) => each.found), conference)).toEqual(["لجنة الدليل"]);
  expect(committeesNamed(items.map((each) => each.found), conference)).toEqual([]);
});
