// Every screen in both languages, at three widths, light and dark: nothing overflows, nothing is unreadable to a
// screen reader, and a picture of each is kept to be looked at.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { places, type RouteName } from "../src/app/routes";
import { hrefOf } from "./address";
import { browser, Device, screensFolder } from "./support";

let opened: Browser;
let host: Device;
let addresses: Record<RouteName, string>;
const data = mkdtempSync(join(tmpdir(), "multaqa-screens-"));

beforeAll(async () => {
  mkdirSync(screensFolder, { recursive: true });
  opened = await browser();
  host = await new Device(data, ["--sample"]).start();
  const lines = await host.call("documents", { space: null, kind: null });
  const named = (kind: string, words = "") => lines.find((line) => line.kind === kind && line.title.includes(words))!.name;
  const [conference, plan, note] = [named("conference"), named("plan"), named("note", "محضر")];
  const { content } = await host.call("document", { name: conference, heads: null });
  const { content: planned } = await host.call("document", { name: plan, heads: null });
  if (content.kind !== "conference" || planned.kind !== "plan") throw new Error("the sample is another one");
  const { space } = conference;
  const member = (await host.call("members", { space })).members[0]!.member;
  const params: { [R in RouteName]?: Record<string, string> } = {
    conference, plan, note, history: note, "since-you-looked": note, invite: { space }, person: { space, member },
    "agenda-item": { ...conference, item: content.agenda[3]!.id }, recommendation: { ...conference, item: content.recommendations[2]!.id },
    "paste-statement": conference, "plan-item": { ...plan, item: planned.items[1]!.id }, search: { query: "الدليل" },
  };
  addresses = Object.fromEntries(Object.keys(places).map((name) => [name, hrefOf(name, params[name as RouteName] ?? {})])) as never;
});
afterAll(async () => {
  await opened?.close();
  await host?.kill();
  rmSync(data, { recursive: true, force: true });
});

const looks = [
  { language: "ar", width: 360, height: 740, scheme: "light" }, { language: "ar", width: 768, height: 1024, scheme: "light" },
  { language: "ar", width: 1440, height: 900, scheme: "light" }, { language: "ar", width: 360, height: 740, scheme: "dark" },
  { language: "en", width: 360, height: 740, scheme: "light" }, { language: "en", width: 1440, height: 900, scheme: "dark" },
] as const;

describe.each(looks)("$language at $width px, $scheme", ({ language, width, height, scheme }) => {
  test("every screen fits, and speaks to screen readers", async () => {
    const { settings } = await host.call("start", {});
    await host.call("set_settings", { settings: { ...settings, language } });
    const context = await opened.newContext({ viewport: { width, height }, colorScheme: scheme, hasTouch: width < 500, isMobile: width < 500, reducedMotion: "reduce" });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
    for (const [name, address] of Object.entries(addresses)) {
      await page.goto(`${host.url}/${address}`);
      await page.waitForLoadState("networkidle");
      // From one screen to the next nothing is loaded anew, and in a wide window the list stands before the document does.
      await page.waitForFunction(() => [...document.querySelectorAll(".pane-body")].every((pane) => pane.querySelector("h1, .state")));
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(screensFolder, `${name}-${language}-${width}-${scheme}.png`) });
      const [dir, overflow] = await page.evaluate(() => [document.documentElement.dir, document.documentElement.scrollWidth - innerWidth]);
      if (dir !== (language === "ar" ? "rtl" : "ltr")) faults.push(`${name}: runs ${dir}`);
      if ((overflow as number) > 0) faults.push(`${name}: ${overflow} px too wide`);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact, nodes } of violations) {
        if (impact === "serious" || impact === "critical") faults.push(`${name}: ${id}: ${nodes[0]?.html}`);
      }
    }
    await context.close();
    expect(faults).toEqual([]);
  });
});
