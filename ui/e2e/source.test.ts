// From a recommendation back to the words of the note that it was read from, after others wrote around them.

import { expect, test } from "vitest";
import words from "../src/i18n/conference/ar";
import { hrefOf } from "./address";
import { opened, phone } from "./open";
import { device, until } from "./support";

const block = (text: string) => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text, marks: {} }] });

test("a recommendation leads to its words in the note, wherever they stand by then", async () => {
  const host = await device(["--sample"]);
  const conference = (await host.call("documents", { space: null, kind: "conference" }))[0]!.name;
  const about = [{ edit: "set" as const, at: [], field: "conference", value: conference.document }];
  const name = await host.call("create", { space: conference.space, kind: "note", title: "البيان", edits: about });
  const lead = Array.from({ length: 40 }, (_, at) => block(`سطر من مداولات اليوم رقم ${at}.`));
  const typed = [...lead, block("التوصيات:"), block("1- تأسيس مكتبة مشتركة للمخطوطات"), block("2- إقامة معرض سنوي")];
  const { heads } = await host.call("note_body", { name, heads: null });
  await host.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks: typed }, selection: null });

  const page = await opened(host, hrefOf("paste-statement", { ...name, note: name.document }), phone);
  await page.getByRole("button", { name: words.read_statement }).click();
  await page.getByRole("button", { name: new RegExp(words.accept.two) }).click();
  const read = async () => {
    const { content } = await host.call("document", { name: conference, heads: null });
    return content.kind === "conference" ? content.recommendations.find(({ wording }) => wording.startsWith("إقامة معرض")) : undefined;
  };
  const made = await until(read);
  expect(made.source_note).toBe(name.document);

  const { heads: seen } = await host.call("note_body", { name, heads: null });
  await host.call("note_flush", { name, heads: seen, changed: { from: 0, to: 1, blocks: [block("كُتب قبل ذلك كله."), lead[0]!] }, selection: null });
  await page.goto(`${host.url}/${hrefOf("recommendation", { ...conference, item: made.id })}`);
  await page.getByRole("link", { name: "البيان" }).click();
  await until(() => page.evaluate(() => getSelection()?.toString() === "إقامة معرض سنوي"));
  const isShown = () => page.evaluate(() => {
    const { top, bottom } = getSelection()!.getRangeAt(0).getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  });
  await until(isShown);
});
