// Two people set one field of a plan's item at once: both values stand until someone chooses.

import { expect, test } from "vitest";
import planWords from "../src/i18n/plan/ar";
import { hrefOf } from "./address";
import { opened, picture } from "./open";
import { device, until } from "./support";

test("a field that someone else set while it was being written has both values, and the one who chooses settles it", async () => {
  const host = await device(["--sample"]);
  const plan = (await host.call("documents", { space: null, kind: "plan" }))[0]!.name;
  const read = () => host.call("document", { name: plan, heads: null });
  const { content } = await read();
  if (content.kind !== "plan") throw new Error("the sample has another plan");
  const { id } = content.items[3]!;
  const at = ["items", id];
  // The sample has a conflict of its own, elsewhere.
  const here = async () => (await read()).conflicts.filter((each) => each.at.join() === at.join());
  const page = await opened(host, hrefOf("plan-item", { ...plan, item: id }));
  page.setDefaultTimeout(20_000);
  const progress = page.getByRole("textbox", { name: `${planWords.progress} (%)` });
  await progress.fill("35");
  await host.call("edit", { name: plan, edits: [{ edit: "set", at, field: "progress", value: 60 }] });
  // The page has read what came before it stores what was typed.
  await page.waitForTimeout(500);
  await progress.press("Enter");
  const { conflicts } = await until(async () => (await here()).length > 0 && { conflicts: await here() });
  expect(conflicts[0]).toMatchObject({ at, field: "progress" });
  expect(new Set(conflicts[0]!.rivals.map(({ value }) => value))).toEqual(new Set([35, 60]));
  await picture(page, "plan-rivals");
  const rivals = page.locator(".rivals");
  await rivals.getByRole("button").first().click();
  await until(async () => (await here()).length === 0);

  // What follows one's own edits conflicts with nothing, however fast.
  const status = async (to: string) => {
    await page.getByRole("button", { name: new RegExp(planWords.status) }).first().click();
    await page.getByRole("option", { name: to, exact: true }).click();
  };
  await status(planWords.status_in_progress);
  await status(planWords.status_done);
  await until(async () => {
    const { content } = await read();
    return content.kind === "plan" && content.items.find((item) => item.id === id)?.status === "done";
  });
  expect(await here()).toEqual([]);
});
