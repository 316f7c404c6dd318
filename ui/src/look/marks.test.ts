import { expect, test } from "vitest";
import { handOut, markOf } from "./OrganisationMark";

const names = Array.from({ length: 40 }, (_, index) => `مؤسسة ${index}`);
const looks = (all: readonly string[], slots: ReturnType<typeof handOut>) => all.map((name) => Object.values(markOf(name, slots)).join());

test("organisations of a space never share a mark, whatever order they come in", () => {
  const slots = handOut(names);
  expect(new Set(looks(names, slots)).size).toBe(names.length);
  expect(looks(names, handOut(names.toReversed()))).toEqual(looks(names, slots));
});

test("organisations that are named beside them leave them their marks", () => {
  const [own, guests] = [names.slice(0, 12), names.slice(12)];
  const slots = handOut(own);
  const beside = handOut(guests, slots);
  expect(looks(own, beside)).toEqual(looks(own, slots));
  expect(new Set(looks(names, beside)).size).toBe(names.length);
  for (const guest of guests) expect(looks(own, slots)).not.toContain(looks([guest], slots)[0]);
});

test("one organisation has one mark however its name is written", () => {
  const slots = handOut(["مؤسسة الإيمان", "مؤسسة الايمان"]);
  expect(slots.size).toBe(1);
});
