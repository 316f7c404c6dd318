import { describe, expect, test } from "vitest";
import type { AgendaItem, Conference, Item, Person, Recommendation } from "../../engine/types";
import { daysOf, endOf, meetingNow, onNow, sessionNames, timesSaid } from "./timetable";
import { allPresent, countOf } from "./attendance";
import { editsOf, latestEditions, nextOrdinal, openRecommendations } from "./editions";
import { moved, placeDown, placeOf, placeUp, renumbered } from "./order";

const conference = (part: Partial<Conference>): Conference => ({
  title: null, series: null, ordinal: null, host: null, venue: null, starts_on: null, ends_on: null, invitation_number: null, invitation_date: null,
  minutes_state: null, communique: "", delegations: [], agenda: [], recommendations: [], committees: [], ...part,
});
const item = <T>(id: string, part: T): Item<T> => ({ id, deleted_at_ms: null, conflicting: [], ...part });
const entry = (id: string, day: string | null, starts_at: string | null, planned_minutes: number | null = null, session: string | null = null) =>
  item<AgendaItem>(id, { title: id, kind: null, presenter: null, organisation: null, day, starts_at, planned_minutes, session, minutes: "" });
const ids = (entries: { id: string }[]) => entries.map(({ id }) => id);

describe("the agenda", () => {
  const eighth = conference({
    starts_on: "2026-11-22", ends_on: "2026-11-23",
    agenda: [
      entry("opening", "2026-11-22", "09:00", 15), entry("recitation", "2026-11-22", "09:15", 10), entry("speeches", "2026-11-22", "09:25", 60),
      entry("discussion", "2026-11-22", "11:00", 90), entry("closing", "2026-11-23", "10:00"), entry("someday", null, null),
    ],
  });

  test("is parted into days, those without one last, and into sessions where it pauses", () => {
    expect(daysOf(eighth).map(({ day, sessions }) => [day, sessions.map(({ entries }) => ids(entries))])).toEqual([
      ["2026-11-22", [["opening", "recitation", "speeches"], ["discussion"]]],
      ["2026-11-23", [["closing"]]],
      [null, [["someday"]]],
    ]);
  });
  test("has the sessions that its items name, across a pause too, and what names none stands apart", () => {
    const named = conference({
      starts_on: "2026-11-22",
      agenda: [
        entry("recitation", null, "09:00", 10), entry("first", null, "09:30", 30, "الجلسة الأولى"), entry("after prayer", null, "13:00", 30, "الجلسة الأولى "),
        entry("lunch", null, "13:30"), entry("second", null, "15:00", 30, "الجلسة الثانية"), entry("back", null, "16:00", 30, "الجلسة الأولى"),
      ],
    });
    expect(daysOf(named)[0]!.sessions.map(({ name, entries }) => [name, ids(entries)])).toEqual([
      [null, ["recitation"]], ["الجلسة الأولى", ["first", "after prayer"]], [null, ["lunch"]], ["الجلسة الثانية", ["second"]], ["الجلسة الأولى", ["back"]],
    ]);
    expect(sessionNames(named)).toEqual(["الجلسة الأولى", "الجلسة الثانية"]);
  });
  test("leaves out what is in the bin", () => {
    expect(daysOf(conference({ agenda: [{ ...entry("gone", null, null), deleted_at_ms: 1 }] }))).toEqual([]);
  });
  test("says what is on and what comes next, on a later day too", () => {
    const at = (day: string, time: string) => {
      const { now, next } = onNow(eighth, { day, time });
      return [now?.id ?? null, next?.id ?? null];
    };
    expect(at("2026-11-21", "12:00")).toEqual([null, "opening"]);
    expect(at("2026-11-22", "08:59")).toEqual([null, "opening"]);
    expect(at("2026-11-22", "09:00")).toEqual(["opening", "recitation"]);
    expect(at("2026-11-22", "09:24")).toEqual(["recitation", "speeches"]);
    expect(at("2026-11-22", "10:30")).toEqual([null, "discussion"]);
    expect(at("2026-11-22", "12:00")).toEqual(["discussion", "closing"]);
    expect(at("2026-11-22", "13:00")).toEqual([null, "closing"]);
    expect(at("2026-11-23", "10:59")).toEqual(["closing", null]);
    expect(at("2026-11-23", "11:00")).toEqual([null, null]);
    expect(at("2026-11-24", "09:00")).toEqual([null, null]);
  });
  test("of one day needs no day at each item, and an item without a length lasts until the next", () => {
    const short = conference({ starts_on: "2026-11-22", agenda: [entry("one", null, "09:00"), entry("two", null, "12:00")] });
    expect(onNow(short, { day: "2026-11-22", time: "11:59" }).now?.id).toBe("one");
  });
  test("has all its times, some or none", () => {
    const times = (...agenda: Conference["agenda"]) => timesSaid(conference({ starts_on: "2026-11-22", agenda }));
    expect(times()).toBe("none");
    expect(times(entry("one", null, null))).toBe("none");
    expect(times(entry("one", null, "09:00"), entry("two", null, null))).toBe("some");
    expect(times(entry("one", null, "09:00"), { ...entry("two", null, null), deleted_at_ms: 1 })).toBe("all");
    expect(timesSaid(conference({ starts_on: "2026-11-22", ends_on: "2026-11-23", agenda: [entry("one", null, "09:00")] }))).toBe("none");
  });
  test("an end past midnight is told by the clock", () => {
    expect(endOf(entry("late", null, "23:30", 45))).toBe("00:15");
  });
  test("of the conference that meets now goes before one that only meets today", () => {
    const [other, coming] = [conference({ starts_on: "2026-11-20", ends_on: "2026-11-25" }), conference({ starts_on: "2026-12-01" })];
    const found = meetingNow([other, coming, eighth].map((each) => ({ conference: each })), { day: "2026-11-22", time: "09:05" });
    expect(found.today.map((each) => each.conference)).toEqual([eighth, other]);
    expect(found.coming.map((each) => each.conference)).toEqual([coming]);
  });
});

test("attendance is counted, and «all present» leaves those alone who were marked otherwise", () => {
  const person = (id: string, attendance: Person["attendance"]) => item<Person>(id, { honorific: null, name: id, post: null, attendance });
  const members = [person("a", "present"), person("b", "excused"), person("c", null), person("d", "absent")];
  expect(countOf(members)).toEqual({ present: 1, absent: 1, excused: 1, unmarked: 1, all: 4 });
  const { does, undoes } = allPresent([{ id: "x", members }]);
  expect(does).toEqual([{ edit: "set", at: ["delegations", "x", "members", "c"], field: "attendance", value: "present" }]);
  expect(undoes).toEqual([{ edit: "set", at: ["delegations", "x", "members", "c"], field: "attendance", value: null }]);
});

describe("moving", () => {
  const all = ["a", "b", "c", "d"];
  test("goes one place among the shown, whatever stands between in the store", () => {
    expect(moved(all, "d", placeUp(all, ["a", "d"], "d")!)).toEqual(["d", "a", "b", "c"]);
    expect(moved(all, "c", placeUp(all, all, "c")!)).toEqual(["a", "c", "b", "d"]);
    expect(moved(all, "a", placeDown(["a", "c"], "a")!)).toEqual(["b", "c", "a", "d"]);
    expect([placeUp(all, all, "a"), placeDown(all, "d")]).toEqual([null, null]);
  });
  test("can be taken back", () => {
    for (const id of all) expect(moved(moved(all, id, "last"), id, placeOf(all, id))).toEqual(all);
  });
  test("counts a counted list anew, and leaves other numbers alone", () => {
    const counted = all.map((id, index) => ({ id, number: index + 1 }));
    expect(renumbered(counted, ["a", "c", "b", "d"])).toEqual([{ id: "c", number: 2 }, { id: "b", number: 3 }]);
    expect(renumbered([{ id: "a", number: 4 }, { id: "b", number: null }], ["b", "a"])).toEqual([]);
  });
});

describe("the next edition", () => {
  const recommendation = (id: string, carried_by: string[]) =>
    item<Recommendation>(id, { number: 1, duration: null, source_note: null, source_start: null, source_end: null, axis: null, wording: id, addressees: [], carried_by });
  test("follows the latest of its series", () => {
    const editions = [conference({ series: "ملتقى", ordinal: 7 }), conference({ series: "ملتقى", ordinal: 8 }), conference({ title: "لقاء" })];
    const latest = latestEditions(editions.map((each) => ({ conference: each })));
    expect([...latest.keys()]).toEqual(["ملتقى"]);
    expect(nextOrdinal(latest.get("ملتقى")!.conference)).toBe(9);
  });
  test("lists what no plan carries, and what a plan has not finished or does not show", () => {
    const eighth = conference({ recommendations: [recommendation("bare", []), recommendation("done", ["p/1"]), recommendation("begun", ["p/1", "p/2"]), recommendation("unseen", ["p/3"])] });
    const statuses = { "p/1": "done", "p/2": "in_progress" } as const;
    expect(ids(openRecommendations(eighth, (link) => statuses[link as keyof typeof statuses]))).toEqual(["bare", "begun", "unseen"]);
  });
  test("begins with its agenda and sets nothing that was not given", () => {
    let id = 0;
    const made = editsOf({ series: "ملتقى", ordinal: 9, host: "", venue: "", starts_on: null, ends_on: null, agenda: [{ kind: "opening", title: "الافتتاح" }] }, () => String(++id));
    expect(made.map((each) => [each.edit, "field" in each ? each.field : each.at.join("/")])).toEqual([["set", "series"], ["set", "ordinal"], ["add", "agenda"], ["set", "kind"], ["set", "title"]]);
  });
});
