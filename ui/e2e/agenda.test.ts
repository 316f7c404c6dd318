// The agenda by its sessions, and minutes that are closed, in a real browser over the engine.

import { expect, test } from "vitest";
import words from "../src/i18n/conference/ar";
import failures from "../src/i18n/common/ar";
import english from "../src/i18n/conference/en";
import type { Conference } from "../src/engine/types";
import { hrefOf } from "./address";
import { opened, picture } from "./open";
import { device, type Device, until } from "./support";

async function sample(host: Device) {
  const name = (await host.call("documents", { space: null, kind: "conference" }))[0]!.name;
  const read = async (): Promise<Conference> => {
    const { content } = await host.call("document", { name, heads: null });
    if (content.kind !== "conference") throw new Error("the sample has another conference");
    return content;
  };
  return { name, read };
}

test("the agenda stands by its sessions, one name is written for all their items, and a new item goes on with the last", async () => {
  const host = await device(["--sample"]);
  const { name, read } = await sample(host);
  const page = await opened(host, hrefOf("conference", { ...name, tab: "agenda" }));
  const heads = page.locator(".agenda-session");
  await until(async () => (await heads.count()) === 3);
  expect((await heads.allInnerTexts()).map((text) => text.split(":").at(-1)!.trim())).toEqual(["الجلسة الافتتاحية", "جلسات العمل", "الجلسة الختامية"]);
  await picture(page, "agenda-sessions");
  await heads.nth(1).getByRole("button").click();
  await page.getByRole("textbox", { name: words.session_name }).fill("الجلسة الأولى");
  await page.keyboard.press("Enter");
  await until(async () => (await read()).agenda.filter(({ session }) => session === "الجلسة الأولى").length === 2);
  await page.getByRole("button", { name: words.add_entry }).click();
  await page.getByRole("textbox", { name: words.entry_title }).fill("كلمة الشكر");
  expect(await page.getByRole("combobox", { name: words.session_name }).inputValue()).toBe("الجلسة الختامية");
  await page.keyboard.press("Enter");
  await until(async () => (await read()).agenda.find(({ title }) => title === "كلمة الشكر")?.session === "الجلسة الختامية");
  const { settings } = await host.call("start", {});
  await host.call("set_settings", { settings: { ...settings, language: "en" } });
  await host.call("edit", { name, edits: [{ edit: "set", at: ["agenda", (await read()).agenda[0]!.id], field: "session", value: null }] });
  await page.reload();
  await page.getByRole("button", { name: english.no_session }).waitFor();
});

test("approved minutes are read-only on the page and closed to the engine, and open again as a draft", async () => {
  const host = await device(["--sample"]);
  const { name, read } = await sample(host);
  const { id } = (await read()).agenda[0]!;
  const page = await opened(host, hrefOf("agenda-item", { ...name, item: id }));
  const field = page.getByRole("textbox", { name: words.minutes });
  await field.fill("تقرر تشكيل لجنة");
  await page.getByRole("radio", { name: words.minutes_approved }).click({ force: true });
  await page.getByText(words.minutes_closed).waitFor();
  await until(async () => (await read()).agenda[0]!.minutes === "تقرر تشكيل لجنة");
  await until(async () => (await read()).minutes_state === "approved");
  await page.reload();
  await page.getByText("تقرر تشكيل لجنة").waitFor();
  expect(await field.count()).toBe(0);
  await picture(page, "agenda-minutes-closed");
  const refused = await host.call("edit", { name, edits: [{ edit: "set_text", at: ["agenda", id], field: "minutes", text: "غيره" }] }).then(() => "taken", String);
  expect(refused).toContain('"code":"minutes_closed"');

  // Another screen of the same device still shows them open.
  await page.getByRole("radio", { name: words.minutes_draft }).click({ force: true });
  await field.fill("تقرر تشكيل لجنة موحّدة");
  await until(async () => (await read()).agenda[0]!.minutes === "تقرر تشكيل لجنة موحّدة");
  await page.goto(`${host.url}/${hrefOf("conference", { ...name, tab: "agenda" })}`);
  await host.call("edit", { name, edits: [{ edit: "set", at: [], field: "minutes_state", value: "approved" }] });
  await page.getByRole("button", { name: words.more_of.replace("{name}", (await read()).agenda[0]!.title!) }).click();
  await page.getByRole("menuitem", { name: failures.remove, exact: true }).click();
  await page.getByText(failures.failure_minutes_closed).waitFor();
  await picture(page, "agenda-minutes-refused");
  expect((await read()).agenda[0]!.id).toBe(id);
});
