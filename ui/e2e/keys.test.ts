// Figures of a key until it is on the screen, under 4x CPU throttling, beside a bare field of the browser with the same
// letters in the same minute, since a busy machine slows both alike. Played where MULTAQA_FIGURES is set; asserts nothing.

import type { CDPSession, Page } from "playwright-core";
import { test } from "vitest";
import { hrefOf } from "./address";
import { opened, phone } from "./open";
import { device } from "./support";

const keys = 100;
const words = "ناقش المجتمعون هذا البند واتفقوا على متابعته في الدورة المقبلة بعد عرضه على رؤساء الوفود كلهم. ";
const round = (value: number) => Math.round(value * 10) / 10;

/** Milliseconds a key: those that the page's thread works, and those until the frame after it, at the median and p95. */
async function typed(page: Page, session: CDPSession) {
  const read = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value * 1000])) as Record<string, number>;
  await page.evaluate(() => {
    const shown: number[] = [];
    Object.assign(window, { shown });
    document.addEventListener("beforeinput", ({ timeStamp }) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => shown.push(performance.now() - timeStamp);
      port2.postMessage(null);
    }), true);
  });
  // What runs for the first time is no figure.
  for (let key = 0; key < 20; key += 1) await page.keyboard.insertText("ا");
  const [before, first] = [await read(), await page.evaluate(() => (window as unknown as { shown: number[] }).shown.length)];
  for (let key = 1; key <= keys; key += 1) {
    await page.keyboard.insertText(key % 6 === 0 ? " " : "ب");
    await page.waitForFunction((count) => (window as unknown as { shown: number[] }).shown.length >= count, first + key);
  }
  const after = await read();
  const shown = (await page.evaluate((from) => (window as unknown as { shown: number[] }).shown.slice(from), first)).toSorted((one, other) => one - other);
  const each = (name: string) => round((after[name]! - before[name]!) / keys);
  return { work: each("TaskDuration"), script: each("ScriptDuration"), layout: each("LayoutDuration"), median: round(shown[shown.length >> 1]!), p95: round(shown[Math.floor(shown.length * 0.95)]!) };
}

test.runIf(process.env["MULTAQA_FIGURES"])("keys at 1,000 and at 50,000 characters", async () => {
  const host = await device(["--sample"]);
  const { space } = (await host.call("start", {})).spaces[0]!;
  for (const characters of [1000, 50_000, 1000, 50_000]) {
    const name = await host.call("create", { space, kind: "note", title: "", edits: [] });
    const { heads } = await host.call("note_body", { name, heads: null });
    const blocks = Array.from({ length: characters / 200 }, () => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text: words.repeat(3).slice(0, 200), marks: {} }] }));
    await host.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks }, selection: null });
    const page = await opened(host, hrefOf("note", name), phone);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.locator(".ProseMirror").click();
    await page.keyboard.press("Control+End");
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    const app = await typed(page, session);
    await page.evaluate(() => {
      const bare = document.querySelector(".ProseMirror")!.cloneNode(true) as HTMLElement;
      const pane = document.createElement("div");
      pane.style.cssText = "position: fixed; inset: 0; overflow: auto";
      document.body.replaceChildren(pane);
      pane.append(bare);
      bare.focus();
      getSelection()!.selectAllChildren(bare);
      getSelection()!.collapseToEnd();
    });
    console.log(JSON.stringify({ characters, app, bare: await typed(page, session) }));
    await page.context().browser()!.close();
  }
});
