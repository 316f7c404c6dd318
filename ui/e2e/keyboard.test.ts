// The app with the keyboard alone: a note written, a card moved, and every control reached in order, with a focus that
// is seen.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import common from "../src/i18n/common/ar";
import noteWords from "../src/i18n/note/ar";
import { hrefOf } from "./address";
import { opened, picture } from "./open";
import { device, until } from "./support";

/** Presses a key until what has the focus has this name. */
async function goTo(page: Page, name: string, key: string) {
  for (let presses = 0; presses < 100; presses += 1) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim());
    if (focused === name) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

test("a note with a heading, a list and bold words is written without a pointer", async () => {
  const host = await device(["--sample"]);
  const page = await opened(host, hrefOf("today", {}));
  await goTo(page, common.write, "Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.classList.contains("ProseMirror"));
  await page.keyboard.type("# جدول الأعمال");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- تلاوة");
  await page.keyboard.press("Enter");
  await page.keyboard.type("كلمة المضيّف");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("مهم");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" جدًا");
  // The format bar stands before the text, and one stop leads to all of it: going back, to its end.
  await page.keyboard.press("Shift+Tab");
  await goTo(page, noteWords.quote, "ArrowRight");
  await picture(page, "keyboard-format-bar");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.classList.contains("ProseMirror"));
  await page.keyboard.type("!");
  const name = Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.split("?")[1])) as { space: string; document: string };
  const written = await until(async () => {
    const { blocks } = await host.call("note_body", { name, heads: null });
    const words = blocks.map(({ kind, runs }) => [kind, ...runs.map(({ text, marks }) => ("strong" in marks ? `*${text}*` : text))]);
    return JSON.stringify(words).includes("!") && words;
  });
  expect(written).toEqual([["heading", "جدول الأعمال"], ["unordered-list-item", "تلاوة"], ["unordered-list-item", "كلمة المضيّف"], ["blockquote", "*مهم*", " جدًا!"]]);
  await picture(page, "keyboard-note");
});

test("a card is taken, carried to another column and put down by keys, and its menu does the same", async () => {
  const host = await device(["--sample"]);
  const name = (await host.call("documents", { space: null, kind: "plan" }))[0]!.name;
  const planned = async () => {
    const { content } = await host.call("document", { name, heads: null });
    if (content.kind !== "plan") throw new Error("the sample has another plan");
    return content.items.filter(({ deleted_at_ms }) => deleted_at_ms === null);
  };
  const card = (await planned()).find(({ status }) => status === null || status === "open")!;
  const statusNow = async () => (await planned()).find(({ id }) => id === card.id)!.status ?? "open";
  const page = await opened(host, hrefOf("plan", name), { viewport: { width: 1440, height: 900 } });
  const focusIsOn = (part: string) => page.waitForFunction(([id, selector]) => document.activeElement?.matches(`[data-card="${id}"] ${selector}`), [card.id, part] as const);

  for (let presses = 0; presses < 200 && !(await page.evaluate((id) => document.activeElement?.matches(`[data-card="${id}"] .grip`), card.id)); presses += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  // The next column is to the left.
  await page.keyboard.press("ArrowLeft");
  await focusIsOn(".grip");
  await picture(page, "keyboard-board-held");
  await page.keyboard.press("Space");
  await until(async () => (await statusNow()) === "in_progress");
  await focusIsOn(".grip");

  // What is let go by Escape goes back.
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Escape");
  await focusIsOn(".grip");
  expect(await statusNow()).toBe("in_progress");

  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(async () => (await statusNow()) === "done");
  await focusIsOn(".to-menu");
  await picture(page, "keyboard-board-moved");
});

/** What the keyboard reaches, one press of Tab after another, and what is wrong with it. */
async function walk(page: Page): Promise<{ stops: number; faults: string[] }> {
  const faults: string[] = [];
  let last = -1;
  let stops = 0;
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  for (; stops < 400; stops += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return null;
      const all = [...document.querySelectorAll("*")];
      const words = `${element.tagName.toLowerCase()} «${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}»`;
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
      const isInside = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
      // A radio or switch is drawn by what stands around it.
      const around = [element, element.parentElement, element.parentElement?.parentElement, ...element.querySelectorAll("*")].filter((each) => each instanceof Element);
      const isDrawn = around.some((each) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
      });
      // Where letters are typed the caret shows it.
      const isSeen = isDrawn || element.isContentEditable;
      const [x, y] = [Math.min(Math.max((left + right) / 2, 1), innerWidth - 1), Math.min(Math.max((top + bottom) / 2, 1), innerHeight - 1)];
      const above = document.elementFromPoint(x, y);
      const isCovered = width > 2 && height > 2 && above !== null && !element.contains(above) && !above.contains(element);
      return { index: all.indexOf(element), words, isInside, isSeen, isCovered };
    });
    if (!stop || stop.index <= last) break;
    last = stop.index;
    if (!stop.isInside) faults.push(`${stop.words} is outside the screen`);
    if (!stop.isSeen) faults.push(`${stop.words} shows no focus`);
    if (stop.isCovered) faults.push(`${stop.words} is covered`);
  }
  return { stops, faults };
}

/** Everything that takes a press: one stop for each, and one for each group that arrows go through. */
function stopsIn(page: Page): Promise<number> {
  return page.evaluate(() => {
    const groups = new Set<Element>();
    let alone = 0;
    for (const element of document.querySelectorAll<HTMLElement>("a[href], button, input, textarea, select, [tabindex], [contenteditable=true]")) {
      if (element.tabIndex < 0 && !element.isContentEditable && !element.closest("[role=radiogroup], [role=toolbar], [role=tablist]")) continue;
      if ((element as HTMLButtonElement).disabled || element.closest("[inert], [aria-hidden=true]") || !element.checkVisibility({ visibilityProperty: true })) continue;
      const group = element.closest("[role=radiogroup], [role=toolbar], [role=tablist]");
      if (group) groups.add(group);
      else alone += 1;
    }
    return alone + groups.size;
  });
}

test("every control of the note, the board, the conference and the settings is reached in order, and its focus is seen", async () => {
  const host = await device(["--sample"]);
  const lines = await host.call("documents", { space: null, kind: null });
  const named = (kind: string) => lines.find((line) => line.kind === kind)!.name;
  // What stands there once the screen has all that it shows.
  const screens = {
    note: [hrefOf("note", named("note")), ".ProseMirror"], plan: [hrefOf("plan", named("plan")), ".card"], conference: [hrefOf("conference", named("conference")), ".letter .tab"],
    settings: [hrefOf("settings", {}), ".section"], today: [hrefOf("today", {}), ".meeting .button, main .button"],
  } as const;
  for (const width of [1440, 360]) {
    for (const [name, [address, ready]] of Object.entries(screens)) {
      const page = await opened(host, address, { viewport: { width, height: 800 } });
      await page.locator(ready).first().waitFor();
      const expected = await stopsIn(page);
      const { stops, faults } = await walk(page);
      expect([name, width, faults, stops]).toEqual([name, width, [], expected]);
      await page.close();
    }
  }
});
