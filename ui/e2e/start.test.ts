// Figures of a start: from the page's beginning until its list of notes stands, with 10,000 of them on the device, at the
// speed of this machine. Played where MULTAQA_FIGURES is set; asserts nothing.

import { test } from "vitest";
import { hrefOf } from "./address";
import { browser, device } from "./support";

const notes = 10_000;
const starts = 7;

test.runIf(process.env["MULTAQA_FIGURES"])("a start with 10,000 notes", { timeout: 900_000 }, async () => {
  const host = await device(["--sample"]);
  const { space } = (await host.call("start", {})).spaces[0]!;
  for (let note = 0; note < notes; note += 1) await host.call("create", { space, kind: "note", title: `محضر الجلسة ${note}`, edits: [] });
  const made = await browser();
  const stood: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const page = await (await made.newContext({ reducedMotion: "reduce" })).newPage();
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector(".notes li")) Object.assign(window, { stood: performance.now() });
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(`${host.url}/${hrefOf("notes", {})}`);
    await page.waitForFunction(() => "stood" in window);
    stood.push(Math.round(await page.evaluate(() => (window as unknown as { stood: number }).stood)));
    await page.context().close();
  }
  await made.close();
  console.log(JSON.stringify({ notes, first: stood[0], median: stood.toSorted((one, other) => one - other)[starts >> 1], stood }));
});
