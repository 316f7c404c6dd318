// What Arabic asks of a caret, of mixed lines and of digits, in a real browser. Words and rows are those of the
// reports that this app is checked against.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import noteWords from "../src/i18n/note/ar";
import planWords from "../src/i18n/plan/ar";
import type { DocumentName, Plain } from "../src/engine/types";
import { hrefOf } from "./address";
import { opened, picture } from "./open";
import { device, Device, until } from "./support";

type Words = string | [text: string, marks: Record<string, Plain>];
const block = (...words: Words[]) => ({
  kind: "paragraph", parents: [], attrs: {}, is_embed: false,
  runs: words.map((each) => (typeof each === "string" ? { text: each, marks: {} } : { text: each[0], marks: each[1] })),
});

async function noteOf(host: Device, blocks: ReturnType<typeof block>[]): Promise<DocumentName> {
  const { space } = (await host.call("start", {})).spaces[0]!;
  const name = await host.call("create", { space, kind: "note", title: "محضر", edits: [] });
  const { heads } = await host.call("note_body", { name, heads: null });
  await host.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks }, selection: null });
  return name;
}

/** The letters before the caret in its paragraph, where it is drawn, and which paragraph it is in. */
function caret(page: Page) {
  return page.evaluate(() => {
    const range = getSelection()!.getRangeAt(0);
    const paragraphs = [...document.querySelectorAll(".ProseMirror > *")];
    const paragraph = paragraphs.findIndex((each) => each.contains(range.startContainer));
    const before = range.cloneRange();
    before.setStart(paragraphs[paragraph]!, 0);
    const { left } = range.getClientRects()[0] ?? { left: NaN };
    return { paragraph, before: before.toString(), left };
  });
}

test("arrows go the way they point, across bold words and from one paragraph to the next, and each takes back the other", async () => {
  const host = await device(["--sample"]);
  const words = [block("نصٌّ ", ["غامق", { strong: true }], " أخير"), block("سطر تالٍ")];
  const page = await opened(host, hrefOf("note", await noteOf(host, words)));
  await page.locator(".ProseMirror").click();
  await page.keyboard.press("Control+Home");
  const going = [await caret(page)];
  // Every letter once, with its harakat, and one step over the end of the first paragraph.
  const letters = [...new Intl.Segmenter("ar").segment("نصٌّ غامق أخيرسطر تالٍ")].length + 1;
  for (let step = 0; step < letters; step += 1) {
    await page.keyboard.press("ArrowLeft");
    going.push(await caret(page));
  }
  expect(going.at(-1)).toMatchObject({ paragraph: 1, before: "سطر تالٍ" });
  for (const [index, { paragraph, left }] of going.entries()) {
    const last = going[index - 1];
    if (last && last.paragraph === paragraph) expect(left).toBeLessThan(last.left);
  }
  const coming = [await caret(page)];
  for (let step = 0; step < letters; step += 1) {
    await page.keyboard.press("ArrowRight");
    coming.push(await caret(page));
  }
  const places = (all: typeof going) => all.map(({ paragraph, before }) => `${paragraph} ${before}`);
  expect(places(coming)).toEqual(places(going).reverse());
});

test("within Latin words and numbers the arrows leave out no place and reach the other side", async () => {
  const host = await device(["--sample"]);
  const text = "قسم PR في عام 2026 ختام";
  const page = await opened(host, hrefOf("note", await noteOf(host, [block(text)])));
  await page.locator(".ProseMirror").click();
  await page.keyboard.press("Control+Home");
  const start = await caret(page);
  for (let step = 1; step <= text.length; step += 1) {
    await page.keyboard.press("ArrowLeft");
    expect((await caret(page)).before).toBe(text.slice(0, step));
  }
  expect((await caret(page)).left).toBeLessThan(start.left);
  for (let step = text.length - 1; step >= 0; step -= 1) {
    await page.keyboard.press("ArrowRight");
    expect((await caret(page)).before).toBe(text.slice(0, step));
  }
});

test("a telephone number runs from left to right between Arabic words, also while it is typed and in the history", async () => {
  const host = await device(["--sample"]);
  const text = "قسم PR (العلاقات) +964 770 123 4567 غدا";
  const name = await noteOf(host, [block(text), block("أو ")]);
  const page = await opened(host, hrefOf("note", name));
  const isRising = (all: number[]) => all.every((left, index) => index === 0 || left > all[index - 1]!);
  expect(isRising(await leftOf(page, 0, "غدا", "+", "964", "770", "123", "4567", "(", "قسم"))).toBe(true);
  await page.locator(".ProseMirror").click();
  await page.keyboard.press("Control+Home");
  for (let step = 1; step <= text.length; step += 1) {
    await page.keyboard.press("ArrowLeft");
    expect((await caret(page)).before).toBe(text.slice(0, step));
  }
  await page.keyboard.press("Control+End");
  await page.keyboard.type("٠٧٧٠ ١٢٣ ٤٥٦٧ مساءً");
  await until(async () => isRising(await leftOf(page, 1, "مساء", "٠٧٧٠", "١٢٣", "٤٥٦٧", "أو")));
  for (let step = 0; step < 7; step += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.type("٨");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("٩");
  await page.locator(".ProseMirror").getByText("٠٧٧٠ ١٢٣ ٤٥٩٦٧").waitFor();
  await until(async () => JSON.stringify(await host.call("note_body", { name, heads: null })).includes("أو ٠٧٧٠ ١٢٣ ٤٥٩٦٧ مساءً"));
  await picture(page, "arabic-telephones");
  await page.goto(`${host.url}/${hrefOf("history", name)}`);
  const shown = page.locator("bdo.telephone").first();
  await shown.waitFor();
  expect(await shown.evaluate((element) => getComputedStyle(element).direction)).toBe("ltr");
});

test("what others insert leaves the caret between its neighbours, and backspace takes one haraka", async () => {
  const host = await device(["--sample"]);
  const name = await noteOf(host, [block("اتفق المجتمعون على توصيات الدورة")]);
  const page = await opened(host, hrefOf("note", name));
  const editor = page.locator(".ProseMirror");
  await editor.click();
  await page.keyboard.press("Control+Home");
  for (let step = 0; step < 14; step += 1) await page.keyboard.press("ArrowLeft");
  expect((await caret(page)).before).toBe("اتفق المجتمعون");
  const { heads } = await host.call("note_body", { name, heads: null });
  const blocks = [block("في النجف اتفق المجتمعون على توصيات الدورة الثامنة")];
  await host.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks }, selection: null });
  await editor.getByText("الثامنة").waitFor();
  expect((await caret(page)).before).toBe("في النجف اتفق المجتمعون");
  await page.keyboard.type("\u0651\u064e");
  await page.keyboard.press("Backspace");
  await until(async () => (await editor.innerText()).startsWith("في النجف اتفق المجتمعون\u0651 على"));
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await until(async () => (await editor.innerText()).startsWith("في النجف اتفق المجتمعو على"));
});

/** Where letters of the note are drawn: the left edge of the first hit of each. */
function leftOf(page: Page, paragraph: number, ...letters: string[]): Promise<number[]> {
  return page.evaluate(([index, wanted]) => {
    const element = document.querySelectorAll(".ProseMirror > *")[index]!;
    return wanted.map((each) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.textContent!.indexOf(each);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect().left;
      }
      throw new Error(`${each} is not in paragraph ${index}`);
    });
  }, [paragraph, letters] as const);
}

test("each paragraph runs by its own first letter, and what is of the other direction keeps its order in it", async () => {
  const host = await device(["--sample"]);
  const page = await opened(host, hrefOf("note", await noteOf(host, [
    block("قسم PR (العلاقات) في الموقع https://example.org/a وهو مفتوح"),
    block("The وفد joined (عليهم السلام) today"),
    block("2026: تقرير المتابعة"),
    block(""),
    block("١٢. English after an Arabic number"),
    block(""),
  ])));
  const directions = await page.evaluate(() => [...document.querySelectorAll(".ProseMirror > *")].map((each) => getComputedStyle(each).direction));
  expect(directions).toEqual(["rtl", "ltr", "rtl", "rtl", "ltr", "ltr"]);
  const isFalling = (all: number[]) => all.every((left, index) => index === 0 || left < all[index - 1]!);
  // From right to left: the words in their order, the brackets around theirs.
  expect(isFalling(await leftOf(page, 0, "قسم", "P", "(", "العلاقات", ")", "في", "https", "وهو"))).toBe(true);
  expect(isFalling((await leftOf(page, 0, "P", "R")).reverse())).toBe(true);
  expect(isFalling((await leftOf(page, 0, "https", "example", "org", "/a")).reverse())).toBe(true);
  expect(isFalling((await leftOf(page, 1, "T", "و", "joined", "(", "today")).reverse())).toBe(true);
  await picture(page, "arabic-directions");
});

test("a name with brackets and Latin letters keeps its order in a line of ours, and copies without added marks", async () => {
  const host = await device(["--sample"]);
  const plan = (await host.call("documents", { space: null, kind: "plan" }))[0]!.name;
  const { content } = await host.call("document", { name: plan, heads: null });
  if (content.kind !== "plan") throw new Error("the sample has another plan");
  const organisation = "قسم PR (العلاقات)";
  await host.call("edit", { name: plan, edits: [{ edit: "set", at: ["items", content.items[0]!.id], field: "responsible", value: organisation }] });
  const page = await opened(host, hrefOf("plan", plan), { viewport: { width: 1440, height: 900 } });
  const name = page.locator("bdi", { hasText: organisation }).first();
  await name.waitFor();
  const lefts = await name.evaluate((element) => {
    const text = element.firstChild!;
    return ["قسم", "PR", "(", "العلاقات", ")"].map((each) => {
      const range = document.createRange();
      range.setStart(text, text.textContent!.indexOf(each));
      range.setEnd(text, text.textContent!.indexOf(each) + 1);
      return range.getBoundingClientRect().left;
    });
  });
  expect(lefts).toEqual(lefts.toSorted((one, other) => other - one));
  const copied = await name.evaluate((element) => {
    getSelection()!.selectAllChildren(element);
    return getSelection()!.toString();
  });
  expect(copied).toBe(organisation);
});

test("numbers and dates are taken in all three rows of digits, shown in the chosen one, and found in any", async () => {
  const host = await device(["--sample"]);
  const plan = (await host.call("documents", { space: null, kind: "plan" }))[0]!.name;
  const read = async () => {
    const { content } = await host.call("document", { name: plan, heads: null });
    if (content.kind !== "plan") throw new Error("the sample has another plan");
    return content.items[0]!;
  };
  const { id } = await read();
  const page = await opened(host, hrefOf("plan-item", { ...plan, item: id }));
  const progress = page.getByLabel(`${planWords.progress} (%)`);
  const due = page.locator(".item-fields").getByLabel(/^(الموعد|أول موعد)/).and(page.locator("input"));
  for (const [number, day, progressWanted, dueWanted] of [["٣٥", "١٢/١١/٢٠٢٦", 35, "2026-11-12"], ["36", "13/11/2026", 36, "2026-11-13"], ["۳۷", "۱۴/۱۱/۲۰۲۶", 37, "2026-11-14"]] as const) {
    await progress.fill(number);
    await progress.press("Enter");
    await until(async () => (await read()).progress === progressWanted);
    await due.fill(day);
    await due.press("Enter");
    await until(async () => (await read()).due === dueWanted);
  }
  await until(async () => (await progress.inputValue()) === "٣٧");
  const { settings } = await host.call("start", {});
  await host.call("set_settings", { settings: { ...settings, digits: "latn" } });
  await page.reload();
  await until(async () => (await progress.inputValue()) === "37");

  const name = await noteOf(host, [block("تقرير العام ٢٠٢٦ كاملًا")]);
  for (const query of ["٢٠٢٦", "2026", "۲۰۲۶"]) {
    await until(async () => (await host.call("search", { query, space: null })).some((hit) => hit.name.document === name.document));
    await page.goto(`${host.url}/${hrefOf("search", { query })}`);
    await page.locator("mark", { hasText: "٢٠٢٦" }).first().waitFor();
    // Digits alone begin where the page begins.
    expect(await page.getByRole("searchbox").evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  }
  await picture(page, "arabic-digits-found");
});

test("a telephone number runs from left to right in search results, on today, on the board and in lists", async () => {
  const host = await device(["--sample"]);
  const text = "للاستفسار قسم العلاقات +964 770 123 4567 غدا";
  const { space } = (await host.call("start", {})).spaces[0]!;
  await host.call("create", { space, kind: "note", title: text, edits: [] });
  const plan = (await host.call("documents", { space: null, kind: "plan" }))[0]!.name;
  const { content } = await host.call("document", { name: plan, heads: null });
  if (content.kind !== "plan") throw new Error("the sample has another plan");
  const at = ["items", content.items[0]!.id];
  await host.call("edit", { name: plan, edits: [{ edit: "set_text", at, field: "wording", text }, { edit: "set", at, field: "due", value: "2026-01-01" }] });
  const conference = (await host.call("documents", { space: null, kind: "conference" }))[0]!.name;
  await host.call("edit", { name: conference, edits: [{ edit: "set", at: [], field: "title", value: text }] });
  const page = await opened(host, hrefOf("search", { query: "٧٧٠" }));
  await page.locator("bdo.telephone mark", { hasText: "770" }).first().waitFor();
  const shows = async (address: string, within: string) => {
    await page.goto(`${host.url}/${address}`);
    const number = page.locator(`${within} bdo.telephone`).first();
    await number.waitFor();
    const lefts = await number.evaluate((element) => {
      const node = element.firstChild!;
      return ["+", "964", "770", "123", "4567"].map((each) => {
        const range = document.createRange();
        range.setStart(node, node.textContent!.indexOf(each));
        range.setEnd(node, node.textContent!.indexOf(each) + 1);
        return range.getBoundingClientRect().left;
      });
    });
    expect(lefts).toEqual(lefts.toSorted((one, other) => one - other));
  };
  await shows(hrefOf("search", { query: "للاستفسار" }), ".hit");
  await shows(hrefOf("plan", plan), ".card");
  await picture(page, "arabic-telephone-board");
  await shows(hrefOf("conferences"), ".conference-title");
  await shows(hrefOf("notes"), ".note-line");
  await shows(hrefOf("today"), "main");
  await picture(page, "arabic-telephone-today");
});

test("a paragraph's direction is set by hand with the bar and with keys, is kept through others' edits, and is taken back", async () => {
  const host = await device(["--sample"]);
  const name = await noteOf(host, [block("PR قسم العلاقات"), block("الوفد")]);
  const page = await opened(host, hrefOf("note", name));
  const attrs = async () => (await host.call("note_body", { name, heads: null })).blocks.map((each) => each.attrs["dir"] ?? null);
  const drawn = () => page.evaluate(() => [...document.querySelectorAll(".ProseMirror > *")].map((each) => getComputedStyle(each).direction));
  await page.locator(".ProseMirror").click();
  await page.keyboard.press("Control+Home");
  expect(await drawn()).toEqual(["ltr", "rtl"]);
  await page.getByRole("button", { name: noteWords.direction_auto }).click();
  await until(async () => (await attrs())[0] === "rtl");
  expect(await drawn()).toEqual(["rtl", "rtl"]);
  await page.getByRole("button", { name: noteWords.direction_rtl }).waitFor();
  await picture(page, "arabic-direction-by-hand");

  // Somebody else writes in that paragraph, and knows nothing of directions.
  const { heads, blocks } = await host.call("note_body", { name, heads: null });
  const [first] = blocks;
  await host.call("note_flush", { name, heads, changed: { from: 0, to: 1, blocks: [{ ...first!, runs: [{ text: "PR قسم العلاقات العامة", marks: {} }] }] }, selection: null });
  await page.locator(".ProseMirror").getByText("العامة").waitFor();
  expect(await attrs()).toEqual(["rtl", null]);

  await page.keyboard.press("Control+z");
  await until(async () => (await attrs())[0] === null);
  expect(await drawn()).toEqual(["ltr", "rtl"]);
  await page.keyboard.press("Control+End");
  await page.keyboard.down("Control");
  await page.keyboard.press("ShiftLeft");
  await page.keyboard.up("Control");
  await until(async () => (await attrs())[1] === "ltr");
  expect(await drawn()).toEqual(["ltr", "ltr"]);
  await page.keyboard.press("Control+Shift+X");
  await until(async () => (await attrs())[1] === null);
});
