import { expect, test } from "vitest";
import type { ChangeLine, Who } from "../../engine/types";
import { authors, byOrganisation, shortened } from "./lines";

const who = (name: string, organisation: string | null): Who => ({ member: name, device: null, name, organisation, is_me: false });
const zainab = who("زينب", "العتبة");
const ali = who("علي", "العتبة");
const omar = who("عمر", "ديوان");
const stranger = who("x", null);
const line = (by: Who[], at: string[], at_ms: number, about: string | null = null): ChangeLine => ({ by, at, at_ms, about, field: "status", change: "field", old: null, new: "done" });

test("changes are read by organisation, person and item, and keep their place in the answer", () => {
  const groups = byOrganisation([
    line([stranger], [], 1), line([zainab], ["items", "a"], 2, "تدريب"), line([omar], ["items", "b"], 3), line([zainab], ["items", "a"], 9), line([omar, ali], ["items", "a"], 5),
  ]);
  expect(groups.map(({ organisation }) => organisation)).toEqual(["ديوان", "العتبة", null]);
  const [, shrine] = groups;
  expect(shrine!.people.map((person) => person.who.name)).toEqual(["زينب", "علي"]);
  expect(shrine!.people[0]).toMatchObject({ fromMs: 2, toMs: 9, items: [{ at: ["items", "a"], about: "تدريب" }] });
  expect(shrine!.people[0]!.items[0]!.lines.map(({ index }) => index)).toEqual([1, 3]);
});

test("a change that nobody is named for is still told", () => {
  expect(authors([line([], [], 1)])).toEqual([[null, [expect.objectContaining({ name: null })]]]);
});

test("long stretches that stayed are left out, what changed never is", () => {
  const long = "كلمة ".repeat(100);
  const pieces = shortened([{ piece: "kept", text: long }, { piece: "added", text: long }, { piece: "kept", text: long }, { piece: "removed", text: "x" }, { piece: "kept", text: "قصير" }], 20);
  expect(pieces.map(({ piece }) => piece)).toEqual(["elided", "kept", "added", "kept", "elided", "kept", "removed", "kept"]);
  expect(pieces[2]!.text).toBe(long);
  expect(pieces[1]!.text.trim().split(" ").every((word) => word === "كلمة")).toBe(true);
});
