// Two people in one wording at once, on the real engine: both keep every word, in the field and in the plan.

import { expect, test } from "vitest";
import planWords from "../src/i18n/plan/ar";
import { hrefOf } from "./address";
import { opened } from "./open";
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
