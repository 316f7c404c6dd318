// Two delegates with a device each and one server: apart, together, and killed in the middle of it.

import { expect, onTestFinished, test } from "vitest";
import { hrefOf } from "./address";
import { browser, device, Device, folder, server, until } from "./support";

const text = (blocks: { runs: { text: string }[] }[]) => blocks.map(({ runs }) => runs.map((run) => run.text).join("")).join("\n");

async function opened() {
  const made = await browser();
  onTestFinished(() => made.close());
  return made;
}

test("what two people typed into one paragraph while apart is there on both devices, and on neither twice", async () => {
  const home = await server();
  const [najaf, kufa] = [await device(), await device()];
  await najaf.call("set_person", { person: { name: "زينب", organisation: "قسم النجف" } });
  await kufa.call("set_person", { person: { name: "علي", organisation: "قسم الكوفة" } });
  const { space } = await najaf.call("found", { title: "ملتقى", enter_link: home.enterLink() });
  const name = await najaf.call("create", { space, kind: "note", title: "محضر", edits: [] });
  const { link } = await najaf.call("invite", { space, role: "editor", uses: 1, expires_ms: Date.now() + 3_600_000 });
  await kufa.call("join", { link });
  const pages = await opened();
  const open = async (host: Device) => {
    const page = await (await pages.newContext({ viewport: { width: 412, height: 740 } })).newPage();
    await page.goto(`${host.url}/${hrefOf("note", name)}`);
    return page;
  };
  const page = await open(najaf);
  const editor = page.locator(".ProseMirror");
  await editor.click();
  await page.keyboard.type("اتفق المجتمعون على توصيات الدورة");
  await until(async () => text((await kufa.call("note_body", { name, heads: null })).blocks).includes("توصيات الدورة"));
  const other = await open(kufa);
  await other.locator(".ProseMirror").getByText("توصيات الدورة").waitFor();

  await home.stop();
  await page.keyboard.type(" الثامنة");
  await other.locator(".ProseMirror").click();
  await other.keyboard.press("Control+Home");
  await other.keyboard.type("في النجف ");
  const typed = async (host: Device, words: string) => text((await host.call("note_body", { name, heads: null })).blocks).includes(words);
  await until(() => typed(najaf, "الثامنة"));
  await until(() => typed(kufa, "في النجف"));
  expect(await typed(najaf, "في النجف")).toBe(false);

  await home.again();
  for (const host of [najaf, kufa]) await host.call("sync_now", {});
  const both = (shown: string) => shown.includes("في النجف اتفق المجتمعون على توصيات الدورة الثامنة");
  await until(async () => both(await editor.innerText()));
  await until(async () => both(await other.locator(".ProseMirror").innerText()));
  const since = await najaf.call("history", { name });
  expect(new Set(since.map(({ by }) => by.name))).toEqual(new Set(["زينب", "علي"]));
});

test("whoever came in by an invitation founds a space on the same server, without being started again", async () => {
  const home = await server();
  const [najaf, kufa] = [await device(), await device()];
  await najaf.call("set_person", { person: { name: "زينب", organisation: "قسم النجف" } });
  await kufa.call("set_person", { person: { name: "علي", organisation: "قسم الكوفة" } });
  const { space } = await najaf.call("found", { title: "ملتقى", enter_link: home.enterLink() });
  const { link } = await najaf.call("invite", { space, role: "editor", uses: 1, expires_ms: Date.now() + 3_600_000 });
  await kufa.call("join", { link });
  await until(async () => (await kufa.call("spaces", {})).find((found) => found.space === space)?.standing === "member");

  const own = await kufa.call("found", { title: "وفد الكوفة", enter_link: home.enterLink() });
  await until(async () => (await kufa.call("sync", {})).spaces.find((found) => found.space === own.space)?.state === "current");
  const { link: back } = await kufa.call("invite", { space: own.space, role: "viewer", uses: 1, expires_ms: Date.now() + 3_600_000 });
  await najaf.call("join", { link: back });
  await until(async () => (await najaf.call("spaces", {})).find((found) => found.space === own.space)?.standing === "member");
});

test("a process that is killed right after the page has saved loses nothing of it", async () => {
  const host = new Device(folder(), ["--sample"]);
  await host.start();
  onTestFinished(() => host.kill());
  const line = (await host.call("documents", { space: null, kind: "note" }))[0]!;
  const pages = await opened();
  const page = await (await pages.newContext()).newPage();
  await page.goto(`${host.url}/${hrefOf("note", line.name)}`);
  await page.locator(".ProseMirror").click();
  const flushed = page.waitForResponse((response) => response.url().endsWith("/cmd/note_flush") && (response.request().postData() ?? "").includes("قبل الانقطاع"));
  await page.keyboard.type("كُتب هذا قبل الانقطاع");
  await flushed;
  await host.kill();
  await host.start();
  expect(text((await host.call("note_body", { name: line.name, heads: null })).blocks)).toContain("كُتب هذا قبل الانقطاع");
});
