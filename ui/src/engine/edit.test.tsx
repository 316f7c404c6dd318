import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { edits, useEditSeen, useSend } from "./edit";

let name = { space: "s", document: "0" };
const status = (value: string) => edits.set(["items", "i"], "status", value);
let sent: { heads: string[]; value: string; answer: (heads: string[] | null) => Promise<void> }[];

beforeEach(() => {
  sent = [];
  // What one test leaves unanswered holds up no other.
  name = { ...name, document: `${Number(name.document) + 1}` };
  vi.stubGlobal("fetch", (_: string, { body }: { body: string }) =>
    new Promise((resolve) => {
      const { heads, edits } = JSON.parse(body);
      const answer = (after: string[] | null) => act(async () => resolve(new Response(JSON.stringify(after ? { heads: after } : { code: "invalid", message: "" }), { status: after ? 200 : 400 })));
      sent.push({ heads, value: edits[0].value, answer });
    }));
});

const shown = (heads: string[]) => renderHook(({ heads }) => useEditSeen({ name, heads }), { initialProps: { heads } });

test("an edit is made on the version that is shown, and the next on top of it, though the page shows it not yet", async () => {
  const { result } = shown(["a"]);
  await act(async () => {
    void result.current.edit(status("done"));
    void result.current.edit(status("open"));
  });
  expect(sent).toHaveLength(1);
  expect(sent[0]!.heads).toEqual(["a"]);
  await sent[0]!.answer(["mine"]);
  expect(sent[1]).toMatchObject({ heads: ["mine"], value: "open" });
});

test("once the page shows what others wrote, an edit is made on that", async () => {
  const { result, rerender } = shown(["a"]);
  await act(async () => void result.current.edit(status("done")));
  await sent[0]!.answer(["mine"]);
  rerender({ heads: ["mine", "theirs"] });
  await act(async () => void result.current.edit(status("open")));
  expect(sent[1]!.heads).toEqual(["mine", "theirs"]);
});

test("what was begun on an older version is made on that one, with one's own edits and without others'", async () => {
  const { result, rerender } = shown(["a"]);
  await act(async () => void result.current.edit(status("done")));
  await sent[0]!.answer(["mine"]);
  rerender({ heads: ["mine", "theirs"] });
  await act(async () => void result.current.editFrom(["a"], status("open")));
  expect(sent[1]!.heads).toEqual(["mine"]);
});

test("a refused edit, and one that changes nothing, hold up no other", async () => {
  const { result } = shown(["a"]);
  const taken: boolean[] = [];
  await act(async () => {
    for (const value of ["never", "same", "open"]) void result.current.edit(status(value)).then((isTaken) => taken.push(isTaken));
  });
  await sent[0]!.answer(null);
  await sent[1]!.answer(["a"]);
  await sent[2]!.answer(["b"]);
  expect(sent.map(({ heads }) => heads)).toEqual([["a"], ["a"], ["a"]]);
  expect(taken).toEqual([false, true, true]);
});

test("edits of one document are sent one after the other whoever sends them, and another document's do not wait", async () => {
  const { result } = renderHook(() => [useSend(), useSend()] as const);
  const [words, state] = result.current;
  await act(async () => {
    void words("edit", { name, edits: [status("words")] });
    void state("edit", { name, edits: [status("approved")] });
    void state("edit", { name: { ...name, document: "another" }, edits: [status("elsewhere")] });
  });
  expect(sent.map(({ value }) => value)).toEqual(["words", "elsewhere"]);
  await sent[0]!.answer(null);
  expect(sent.map(({ value }) => value)).toEqual(["words", "elsewhere", "approved"]);
});
