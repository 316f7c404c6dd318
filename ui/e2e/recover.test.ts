// A delegate's only device is lost; the printed sheet brings the space back on a new one, over a real server.

import { expect, test } from "vitest";
import words from "../src/i18n/start/ar";
import english from "../src/i18n/start/en";
import { hrefOf } from "./address";
import { opened, phone, picture } from "./open";
import { device, server, until } from "./support";

const person = { name: "زينب", organisation: "قسم العلاقات" };
const arabic = (text: string) => text.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));

test("the printed key or its code brings a space back as a new admin, and a mistyped group is named", async () => {
  const home = await server();
  const [lost, typing, scanning] = [await device(), await device(), await device()];
  for (const host of [lost, typing, scanning]) await host.call("set_person", { person });

  // Founded on the page, where the sheet is shown to be printed.
  const sheet = await opened(lost, hrefOf("welcome"));
  await sheet.getByRole("button", { name: words.found, exact: true }).click();
  await sheet.getByLabel(words.space_title).fill("الملتقى");
  await sheet.getByLabel(words.enter_link).fill(home.enterLink());
  await sheet.getByRole("button", { name: words.found_now }).click();
  const key = await sheet.locator("p.code").innerText();
  expect(key).toMatch(/^([0-9A-F]{4} ){17}[0-9A-F]{4}$/);
  const code = await sheet.locator("svg.qr").screenshot();
  await picture(sheet, "recovery-sheet");
  const { space } = (await lost.call("start", {})).spaces[0]!;
  const name = await lost.call("create", { space, kind: "note", title: "محضر الجلسة", edits: [] });
  // Used up or not, an invitation says where the space is.
  const { link } = await lost.call("invite", { space, role: "viewer", uses: 1, expires_ms: 1 });
  await lost.call("sync_now", {});
  await until(async () => (await lost.call("sync", {})).state === "current" && !(await lost.call("document", { name, heads: null })).is_on_device_only);
  await lost.kill();

  const page = await opened(typing, hrefOf("recover"), phone);
  const field = page.getByRole("textbox", { name: words.recovery });
  const groups = key.split(" ");
  await field.fill([...groups.slice(0, 6), groups[6] === "0000" ? "1111" : "0000", ...groups.slice(7)].join(" "));
  await page.getByText(words.sheet_wrong.replace("{group}", "٧")).waitFor();
  await picture(page, "recovery-wrong-group");
  await field.fill(arabic(key.toLowerCase()).replaceAll(" ", "-"));
  await page.getByText(words.sheet_whole).waitFor();
  await page.getByLabel(words.place).fill(link);
  await page.getByRole("button", { name: words.recover_now }).click();
  await until(async () => (await typing.call("spaces", {}))[0]?.standing === "member");
  expect((await typing.call("spaces", {}))[0]).toMatchObject({ space, role: "admin", title: "الملتقى" });
  await until(async () => (await typing.call("document", { name, heads: null })).content.title === "محضر الجلسة");

  const { settings } = await scanning.call("start", {});
  await scanning.call("set_settings", { settings: { ...settings, language: "en" } });
  const other = await opened(scanning, hrefOf("recover"));
  await other.locator("input[type=file]").last().setInputFiles({ name: "sheet.png", mimeType: "image/png", buffer: code });
  await other.getByText(english.sheet_read).waitFor();
  await picture(other, "recovery-scanned");
  await other.getByRole("button", { name: english.recover_now }).click();
  await until(async () => (await scanning.call("spaces", {}))[0]?.role === "admin");
});
