// A delegate and their office, each in the app's own window, around one server: what only the real window can show.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hrefOf } from "./address";
import { server, until } from "./support";
import { display, type Window, window } from "./window";

const editor = `//*[contains(@class, "ProseMirror")]`;
const words = (one: Window) => one.text(".ProseMirror");

async function introduce(one: Window, name: string, organisation: string) {
  await one.fill("الاسم", name);
  await one.fill("الجهة", organisation);
  await one.press("متابعة");
}

test("a delegate and the office write in one paragraph while apart, and both windows show both", async () => {
  const home = await server();
  const screen = await display();
  const delegate = await window(screen, "delegate");
  expect(await delegate.run("return [document.documentElement.lang, document.documentElement.dir]")).toEqual(["ar", "rtl"]);
  await introduce(delegate, "زينب", "قسم النجف");
  await delegate.picture("window-welcome");
  await delegate.press("أسّس مساحة مشتركة");
  await delegate.fill("اسم المساحة", "مؤتمر الأربعين");
  await delegate.fill("رابط الخادم", home.enterLink());
  await delegate.press("أسّس المساحة");
  await delegate.press("إلى العمل");
  await delegate.press("الأعضاء");
  await delegate.press("دعوة");
  await delegate.press("أنشئ الدعوة");
  const link = await until(() => delegate.text("p.code"));
  await delegate.picture("window-invitation");
  await delegate.press("اكتب");
  await delegate.type(editor, "اتفق المجتمعون على توصيات الدورة");

  const office = await window(screen, "office");
  await introduce(office, "علي", "مكتب الكوفة");
  await office.press("انضمّ بدعوة");
  await office.fill("رابط الدعوة", link);
  await office.press("انضم");
  await office.press("الملاحظات");
  await office.click(`//a[contains(., "توصيات الدورة")]`);
  await until(async () => (await words(office)).includes("توصيات الدورة"));
  await office.picture("window-office");

  await home.stop();
  for (const one of [delegate, office]) await until(() => one.find(`//*[contains(@class, "sync-mark")][contains(., "غير متصل")]`));
  await delegate.typeAt("end", editor, " الثامنة");
  await office.typeAt("start", editor, "في النجف ");
  const [line] = await delegate.call("documents", { space: null, kind: "note" });
  const name = line!.name;
  const stored = async (one: Window) => (await one.call("note_body", { name, heads: null })).blocks.flatMap(({ runs }) => runs.map(({ text }) => text)).join("");
  await until(async () => (await stored(delegate)).includes("الثامنة"));
  await until(async () => (await stored(office)).includes("في النجف"));
  expect(await stored(delegate)).not.toContain("في النجف");
  await delegate.picture("window-offline");

  await home.again();
  for (const one of [delegate, office]) await one.call("sync_now", {});
  const both = "في النجف اتفق المجتمعون على توصيات الدورة الثامنة";
  for (const one of [delegate, office]) await until(async () => (await words(one)).includes(both));
  await office.picture("window-together");

  await delegate.typeAt("end", editor, " وكُتب هذا قبل الانقطاع");
  // The engine gives only what it has stored, so from here on nothing may be lost.
  await until(async () => (await stored(delegate)).includes("قبل الانقطاع"));
  await delegate.kill();
  await delegate.open();
  await until(async () => (await words(delegate)).includes(`${both} وكُتب هذا قبل الانقطاع`));

  await delegate.resize(412, 740);
  await delegate.run("location.hash = arguments[0]; return null", hrefOf("today", {}));
  await until(() => delegate.find(`//nav[contains(@class, "bottom-bar")]//a[@aria-current="page"]`));
  const bar = await delegate.run<[number, number]>("const { bottom, height } = document.querySelector('.bottom-bar').getBoundingClientRect(); return [bottom, height]");
  expect(bar[0]).toBe(740);
  expect(bar[1]).toBeGreaterThan(40);
  expect(await delegate.run("return document.documentElement.scrollWidth")).toBe(412);
  await delegate.picture("window-phone-today");
  await delegate.run("location.hash = arguments[0]; return null", hrefOf("note", name));
  await until(async () => (await words(delegate)).includes(both));
  await delegate.picture("window-phone-note");
});

test("the page runs no script but its own, reaches no other host, and no command that it was not given", async () => {
  const one = await window(await display(), "alone");
  await until(() => one.find("//h1"));
  expect(await one.run("try { return eval('1') } catch (error) { return error.name }")).toBe("EvalError");
  const refused = (act: string) => one.run<string>(`
    const told = new Promise((tell) => document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => tell(effectiveDirective), { once: true }));
    ${act};
    return told`);
  expect(await refused(`const script = document.createElement("script"); script.textContent = "window.ran = true"; document.body.append(script)`)).toBe("script-src-elem");
  expect(await refused(`document.body.setAttribute("onclick", "window.ran = true"); document.body.click()`)).toBe("script-src-attr");
  expect(await refused(`const script = document.createElement("script"); script.src = "data:text/javascript,window.ran = true"; document.body.append(script)`)).toBe("script-src-elem");
  expect(await refused(`fetch("http://127.0.0.1:1/").catch(() => {})`)).toBe("connect-src");
  expect(await refused(`new Image().src = "http://127.0.0.1:1/"`)).toBe("img-src");
  expect(await refused(`const style = document.createElement("style"); style.textContent = "p { color: red }"; document.body.append(style)`)).toBe("style-src-elem");
  expect(await one.run("return window.ran ?? null")).toBe(null);

  const outcome = (command: string, args = {}) =>
    one.run<string>("return window.__TAURI_INTERNALS__.invoke(...arguments).then(() => 'done', String)", command, args);
  expect(await outcome("start")).toBe("done");
  const notGiven = [
    "plugin:dialog|open", "plugin:dialog|save", "plugin:dialog|message", "plugin:opener|open_url", "plugin:opener|open_path", "plugin:fs|read_file",
    "plugin:deep-link|register", "plugin:deep-link|get_current", "plugin:event|emit", "plugin:event|emit_to", "plugin:app|version", "plugin:path|resolve_directory",
    "plugin:window|close", "plugin:window|create", "plugin:webview|create_webview_window", "plugin:webview|internal_toggle_devtools", "plugin:menu|new",
    "plugin:tray|new", "plugin:image|from_path", "plugin:resources|close", "no_such_command",
  ];
  for (const command of notGiven) expect(await outcome(command), command).toMatch(/not allowed|not found/i);
});

test("a link opens in the system's browser, and the window goes nowhere", async () => {
  const asked: string[] = [];
  const foreign = createServer(({ url }, answer) => {
    asked.push(url!);
    answer.end("foreign");
  }).listen(0, "127.0.0.1");
  await new Promise((done) => foreign.once("listening", done));
  onTestFinished(() => void foreign.close());
  const address = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/page?number=1`;
  const one = await window(await display(), "alone");
  // Stands in for the system's browser, and writes down what it was to open.
  const told = join(one.programs, "told");
  writeFileSync(join(one.programs, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${told}'\n`, { mode: 0o755 });
  await introduce(one, "زينب", "قسم النجف");
  const { space } = await until(() => one.call("found", { title: "مساحة", enter_link: null }));
  const name = await one.call("create", { space, kind: "note", title: "روابط", edits: [] });
  const { heads } = await one.call("note_body", { name, heads: null });
  const block = { kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text: "الموقع", marks: { link: JSON.stringify({ href: address, title: "" }) } }] };
  await one.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks: [block] }, selection: null });
  await one.run("location.hash = arguments[0]; location.reload(); return null", hrefOf("note", name));
  await one.click(`${editor}//a`);
  await until(() => one.find(`//*[@role="dialog"]`));
  await one.picture("window-link");
  await one.press("فتح");
  expect(await until(async () => existsSync(told) && readFileSync(told, "utf8").trim())).toBe(address);

  const opened = (address: string) => one.call("open_outside", { address }).then(() => "opened", String);
  for (const other of ["file:///etc/passwd", "javascript:alert(1)", "tauri://localhost", "multaqa://join", "--version", "mailto:a@example.org?attach=/etc/passwd"]) {
    expect(await opened(other), other).not.toBe("opened");
  }
  expect(readFileSync(told, "utf8").trim()).toBe(address);

  await one.run("window.stays = true; return null");
  const ways = [
    "location.href = arguments[0]", "location.replace(arguments[0])", "open(arguments[0])", "open(arguments[0], '_top')",
    "const link = document.createElement('a'); link.href = arguments[0]; document.body.append(link); link.click()",
    "const link = document.createElement('a'); link.href = arguments[0]; link.target = '_blank'; document.body.append(link); link.click()",
    "const form = document.createElement('form'); form.action = arguments[0]; document.body.append(form); form.submit()",
    "const frame = document.createElement('iframe'); frame.src = arguments[0]; document.body.append(frame)",
  ];
  for (const way of ways) {
    await one.run(`${way}; return null`, address);
    // By then the web view has decided, and a page that it had gone to would not know the mark.
    expect(await one.run("return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn([window.stays, location.protocol]))))"), way).toEqual([true, "tauri:"]);
  }
  expect(asked).toEqual([]);
});
