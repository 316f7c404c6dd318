// Writing near the end of a long note on a phone while the keyboard opens: the caret is seen, the format bar stands above
// the keyboard, and nothing lies over the line that one writes.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { hrefOf } from "./address";
import { opened, phone, picture } from "./open";
import { device, until } from "./support";

/** What is left of 740 px above a keyboard. */
const heightAboveKeyboard = 420;

type Seen = { caret: { top: number; bottom: number }; bar: { top: number; bottom: number } | null; topBar: number; height: number };

function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const range = getSelection()!.getRangeAt(0).cloneRange();
    // A caret between blocks of letters has no rectangle; the letter before it has.
    const box = range.getClientRects()[0] ?? (range.startContainer as Element).getBoundingClientRect();
    const bar = document.querySelector(".bottom-slot .format-bar")?.getBoundingClientRect();
    return {
      caret: { top: box.top, bottom: box.bottom }, bar: bar ? { top: bar.top, bottom: bar.bottom } : null,
      topBar: document.querySelector(".top-bar")!.getBoundingClientRect().bottom, height: visualViewport!.height,
    };
  });
}

/** The caret lies between the bar above and the format bar, which ends where the keyboard begins. */
const isWell = ({ caret, bar, topBar, height }: Seen) => bar !== null && caret.top >= topBar && caret.bottom <= bar.top && bar.bottom <= height + 1;

test("the caret stays in sight above the format bar when the keyboard opens near the end of a note, and as one writes on", async () => {
  const host = await device(["--sample"]);
  const { space } = (await host.call("start", {})).spaces[0]!;
  const name = await host.call("create", { space, kind: "note", title: "محضر طويل", edits: [] });
  const { heads } = await host.call("note_body", { name, heads: null });
  const blocks = Array.from({ length: 60 }, (_, index) => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text: `${index + 1}. ناقش المجتمعون هذا البند واتفقوا على متابعته في الدورة المقبلة.`, marks: {} }] }));
  await host.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks }, selection: null });
  const page = await opened(host, hrefOf("note", name), phone);
  const last = page.locator(".ProseMirror > :last-child");
  await last.scrollIntoViewIfNeeded();
  await last.tap();
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelector(".bottom-slot .format-bar"));
  await picture(page, "viewport-before-keyboard");

  await page.setViewportSize({ width: 412, height: heightAboveKeyboard });
  await page.waitForFunction(() => document.documentElement.hasAttribute("data-keyboard"));
  await until(async () => isWell(await seen(page)));
  await picture(page, "viewport-keyboard-open");

  for (let line = 0; line < 3; line += 1) {
    await page.keyboard.press("Enter");
    await page.keyboard.type("سطر جديد يُكتب فوق لوحة المفاتيح، وهو أطول من عرض الشاشة حتى يلتفّ إلى سطر ثانٍ");
    await until(async () => isWell(await seen(page)));
  }
  expect(await page.locator(".bottom-bar").isVisible()).toBe(false);
  await picture(page, "viewport-keyboard-writing");

  // In the middle of the note, too: what is above stays reachable.
  await page.keyboard.press("Control+Home");
  await until(async () => isWell(await seen(page)));

  await page.setViewportSize({ width: 412, height: 740 });
  await page.waitForFunction(() => !document.documentElement.hasAttribute("data-keyboard"));
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.locator(".bottom-bar").waitFor();
});

test("a field near the end of a long page stays in sight when the keyboard opens", async () => {
  const host = await device(["--sample"]);
  const name = (await host.call("documents", { space: null, kind: "conference" }))[0]!.name;
  await host.call("edit", { name, edits: [{ edit: "set_text", at: [], field: "communique", text: "البيان الختامي للملتقى. ".repeat(120) }] });
  const page = await opened(host, hrefOf("conference", { ...name, tab: "communique" }), phone);
  const field = page.locator("textarea").first();
  await field.waitFor();
  await field.tap();
  await page.keyboard.press("Control+End");
  await page.setViewportSize({ width: 412, height: heightAboveKeyboard });
  await page.waitForFunction(() => document.documentElement.hasAttribute("data-keyboard"));
  await page.keyboard.type("تمّ.");
  await page.waitForFunction(() => {
    const box = document.activeElement!.getBoundingClientRect();
    // The caret is on the last line, above the field's own padding.
    return box.bottom <= visualViewport!.height + 12 && box.bottom > 0;
  });
  await picture(page, "viewport-field");
});
