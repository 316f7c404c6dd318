import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { firstSettings, refreshStart } from "../engine/store";
import { useHits } from "./search/useHits";
import Search from "./search";

let answers: { query: string; give: (hits: unknown[]) => void }[] = [];

beforeEach(() => {
  answers = [];
  const start = { device: "d1", person: null, settings: firstSettings, spaces: [], version: "1", left_at: null };
  const others: Record<string, unknown> = { start, sync: { state: "current", waiting: 0, spaces: [] }, set_settings: null };
  vi.stubGlobal("fetch", (address: string, { body }: { body: string }) =>
    new Promise((resolve) => {
      const command = address.replace("/cmd/", "");
      if (command in others) return resolve(new Response(JSON.stringify(others[command])));
      const { query } = JSON.parse(body);
      answers.push({ query, give: (hits) => resolve(new Response(JSON.stringify(hits))) });
    }));
});

const hit = (title: string) => ({ name: { space: "s", document: "d" }, kind: "note", title, at: [], excerpt: title, marks: [[0, 3]] });
const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 30))));

function Probe({ query }: { query: string }) {
  return <p>{useHits(query, null)?.hits.map(({ title }) => title).join() ?? "none"}</p>;
}

test("an answer to what is no longer asked is dropped, and one question is under way at a time", async () => {
  const { rerender } = render(<Probe query="ق" />);
  await settle();
  rerender(<Probe query="قس" />);
  rerender(<Probe query="قسم" />);
  await settle();
  expect(answers.map(({ query }) => query)).toEqual(["ق"]);
  answers[0]!.give([hit("old")]);
  await settle();
  expect(screen.queryByText("old")).toBeNull();
  expect(answers.map(({ query }) => query)).toEqual(["ق", "قسم"]);
  answers[1]!.give([hit("new")]);
  await waitFor(() => expect(screen.getByText("new")).toBeTruthy());
});

test("hits are marked, no hits say what the search passes over, and what was opened is remembered here alone", async () => {
  const user = userEvent.setup();
  await refreshStart(null);
  const { unmount } = render(<Search params={{}} />);
  await user.type(screen.getByRole("searchbox"), "قسم");
  // The answers may be to parts of the word; each is given in turn.
  await waitFor(() => {
    for (const answer of answers) answer.give([hit("قسم العلاقات")]);
    expect(screen.getByText("قسم", { selector: "mark" })).toBeTruthy();
  });
  await user.click(screen.getByRole("link"));
  await user.clear(screen.getByRole("searchbox"));
  expect(await screen.findByRole("button", { name: "قسم" })).toBeTruthy();
  await user.type(screen.getByRole("searchbox"), "ظ");
  await waitFor(() => {
    for (const answer of answers) answer.give([]);
    expect(screen.getByText(/تُهمل الهمزات/)).toBeTruthy();
  });
  unmount();
});

test("a telephone number stays in one piece where only some of its digits were found", async () => {
  const excerpt = "للاتصال +964 770 123 4567 صباحًا";
  const found = { ...hit(excerpt), marks: [[13, 16]] };
  render(<Search params={{ query: "770" }} />);
  await waitFor(() => {
    for (const answer of answers) answer.give([found]);
    expect(screen.getByText("770", { selector: "mark" }).closest("bdo")?.textContent).toBe("+964 770 123 4567");
  });
  expect(screen.getAllByText("+964 770 123 4567", { selector: "bdi bdo" })).toHaveLength(1);
  expect(screen.getByRole("link").textContent).toContain(excerpt);
});

test("a new address changes the search, and what is typed after the address was written stays", async () => {
  const { rerender } = render(<Search params={{ query: "قسم" }} />);
  const field = screen.getByRole<HTMLInputElement>("searchbox");
  expect(field.value).toBe("قسم");
  rerender(<Search params={{ query: "لجنة" }} />);
  expect(field.value).toBe("لجنة");
  await userEvent.type(field, " الدليل");
  await waitFor(() => expect(decodeURIComponent(location.hash)).toContain("لجنة+الدليل"), { timeout: 5000 });
  await userEvent.type(field, " الفصلي");
  rerender(<Search params={{ query: "لجنة الدليل" }} />);
  expect(field.value).toBe("لجنة الدليل الفصلي");
});
