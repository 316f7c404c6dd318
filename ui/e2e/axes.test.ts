// A closing statement by axes: its items stand under their headings, on the page where they are corrected and afterwards.

import { expect, test } from "vitest";
import words from "../src/i18n/conference/ar";
import { hrefOf } from "./address";
import { opened, phone, picture } from "./open";
import { device, until } from "./support";

const statement = `البيان الختامي
خرج المجتمعون بالتوصيات الآتية:
المحور الأول: العلاقات العامة
1- توطيد العلاقات بين المؤسسات.
2- تنظيم لقاء سنوي لرؤساء الأقسام.
المحور الثاني: الإعلام والنشر
1- إصدار نشرة مشتركة.
وفي الختام نشكر الجهة المضيّفة.`;

test("items are proposed under each axis with its own numbers, and the accepted ones keep their axis", async () => {
  const host = await device(["--sample"]);
  const { space } = (await host.call("start", {})).spaces[0]!;
  const name = await host.call("create", { space, kind: "conference", title: "الملتقى السادس", edits: [] });
  const page = await opened(host, hrefOf("paste-statement", name), phone);
  await page.getByRole("textbox", { name: words.statement }).fill(statement);
  await page.getByRole("button", { name: words.read_statement }).click();
  await page.getByRole("heading", { name: words.found.few.replace("{count}", "٣") }).waitFor();
  expect(await page.getByRole("list", { name: words.axes }).getByRole("listitem").allInnerTexts()).toEqual([
    `المحور الأول: العلاقات العامة\n${words.items_under.two}`, `المحور الثاني: الإعلام والنشر\n${words.items_under.one}`,
  ].map((text) => expect.stringMatching(text.replace("\n", "\\s+"))));
  await picture(page, "axes-review");
  await page.getByRole("button", { name: new RegExp(words.accept.few.replace("{count}", "٣")) }).click();
  const read = async () => {
    const { content } = await host.call("document", { name, heads: null });
    return content.kind === "conference" && content.recommendations.length === 3 ? content.recommendations : undefined;
  };
  const made = await until(read);
  expect(made.map(({ number, axis }) => [number, axis])).toEqual([
    [1, "المحور الأول: العلاقات العامة"], [2, "المحور الأول: العلاقات العامة"], [1, "المحور الثاني: الإعلام والنشر"],
  ]);
  await until(async () => (await page.locator(".recommendation-axis").allInnerTexts()).join() === "المحور الأول: العلاقات العامة,المحور الثاني: الإعلام والنشر");
  await picture(page, "axes-recommendations");
});
