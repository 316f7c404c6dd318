// A page of a device in a browser of its own, and pictures of it to be looked at.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { browser, type Device, screensFolder } from "./support";

export const phone: BrowserContextOptions = { viewport: { width: 412, height: 740 }, hasTouch: true, isMobile: true };

/** Resolves when the screen has its heading and its letters. */
export async function opened(host: Device, address: string, options: BrowserContextOptions = { viewport: { width: 1280, height: 800 } }): Promise<Page> {
  const made = await browser();
  onTestFinished(() => made.close());
  const page = await (await made.newContext({ reducedMotion: "reduce", ...options })).newPage();
  await page.goto(`${host.url}/${address}`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
  return page;
}

export async function picture(page: Page, name: string) {
  mkdirSync(screensFolder, { recursive: true });
  await page.screenshot({ path: join(screensFolder, `${name}.png`) });
}
