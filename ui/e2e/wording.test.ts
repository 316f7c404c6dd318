// Two people in one wording at once, on the real engine: both keep every word, in the field and in the plan.

import { expect, test } from "vitest";
import planWords from "../src/i18n/plan/ar";
import { hrefOf } from "./address";
import { opened } from "./open";
import noteWords from "../src/i18n/note/ar";
import { device, until } from "./support";

test("words that others put into a wording before one's own are saved stay, and so do one's own and those typed after", async () => {
  const host = await device(["--sample"]);
  const name = (await host.call("documents", { space: null, kind: "plan" }))[0]!.name;
  const read = async () => {
    const { content, heads } = await host.call("document", { name, heads: null });
    if (content.kind !== "plan") throw new Error("the sample has another plan");
    return { item: content.items[0]!, heads };
  };
  const { item, heads } = await read();
  const page = await opened(host, hrefOf("plan-item", { ...name, item: item.id }));
  const field = page.getByLabel(planWords.wording);
  await field.click();
  await page.keyboard.press("Control+End");
  // The page's edit reaches the engine after that of somebody who saw the same.
  let isOpen = false;
  await page.route("**/cmd/edit", async (route) => {
    if (!isOpen) await host.call("edit", { name, heads, edits: [{ edit: "set_text", at: ["items", item.id], field: "wording", text: `أولًا: ${item.wording}` }] });
    isOpen = true;
    await route.continue();
  });
  await page.keyboard.type(" جميعًا");
  await until(async () => (await read()).item.wording === `أولًا: ${item.wording} جميعًا`);
  await page.keyboard.type(" دائمًا");
  const both = `أولًا: ${item.wording} جميعًا دائمًا`;
  await until(async () => (await read()).item.wording === both);
  await until(async () => (await field.inputValue()) === both);
  expect((await read()).item.wording).toBe(both);
});

test("a title that somebody else sets while one types another stands beside it until someone chooses", async () => {
  const host = await device(["--sample"]);
  const name = (await host.call("documents", { space: null, kind: "note" }))[0]!.name;
  const read = () => host.call("document", { name, heads: null });
  const page = await opened(host, hrefOf("note", name));
  const field = page.getByLabel(noteWords.title);
  await field.click();
  let isSet = false;
  await page.route("**/cmd/edit", async (route) => {
    if (!isSet) await host.call("edit", { name, edits: [{ edit: "set", at: [], field: "title", value: "عنوانهم" }] });
    isSet = true;
    await route.continue();
  });
  await field.fill("عنواننا");
  await until(async () => (await read()).conflicts.length === 1);
  await field.pressSequentially(" نحن");
  await field.blur();
  const titles = async () => (await read()).conflicts.flatMap(({ rivals }) => rivals.map(({ value }) => value)).toSorted();
  await until(async () => (await titles()).includes("عنواننا نحن"));
  expect(await titles()).toEqual(["عنواننا نحن", "عنوانهم"]);
  await page.getByText("عنوانهم").first().waitFor();
});
