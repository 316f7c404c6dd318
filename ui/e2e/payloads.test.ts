// Text that others stored cannot become script: known payloads in every place that shows stored words.

import { onTestFinished, expect, test } from "vitest";
import { hrefOf } from "./address";
import { payloads } from "./payloads";
import { browser, device } from "./support";

test(`${payloads.length} payloads in titles, names, wordings, notes, links and file names run nothing`, async () => {
  const host = await device(["--sample"]);
  const space = (await host.call("start", {})).spaces[0]!.space;
  const id = (index: number) => index.toString(16).padStart(32, "0");
  const set = (at: string[], field: string, value: string) => ({ edit: "set" as const, at, field, value });
  const short = payloads.map((payload) => payload.slice(0, 190));
  const conference = await host.call("create", {
    space, kind: "conference", title: short[0]!,
    edits: short.flatMap((payload, index) => [
      { edit: "add" as const, at: ["recommendations"], id: id(index), position: "last" as const },
      { edit: "set_text" as const, at: ["recommendations", id(index)], field: "wording", text: payload },
      { edit: "insert_key" as const, at: ["recommendations", id(index)], field: "addressees", key: payload },
      { edit: "add" as const, at: ["agenda"], id: id(index), position: "last" as const },
      set(["agenda", id(index)], "title", payload), set(["agenda", id(index)], "presenter", payload),
      { edit: "add" as const, at: ["delegations"], id: id(index), position: "last" as const },
      set(["delegations", id(index)], "organisation", payload),
    ]),
  });
  const plan = await host.call("create", {
    space, kind: "plan", title: short[1]!,
    edits: short.flatMap((payload, index) => [
      { edit: "add" as const, at: ["items"], id: id(index), position: "last" as const },
      { edit: "set_text" as const, at: ["items", id(index)], field: "wording", text: payload },
      set(["items", id(index)], "responsible", payload), set(["items", id(index)], "committee", payload),
      { edit: "add" as const, at: ["items", id(index), "evidence"], id: id(index), position: "last" as const },
      set(["items", id(index), "evidence", id(index)], "address", payload), set(["items", id(index), "evidence", id(index)], "label", payload),
    ]),
  });
  const note = await host.call("create", { space, kind: "note", title: short[2]!, edits: short.map((key) => ({ edit: "insert_key" as const, at: [], field: "tags", key })) });
  const { heads } = await host.call("note_body", { name: note, heads: null });
  const block = (text: string, marks: Record<string, string>) => ({ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text, marks }] });
  const blocks = short.flatMap((payload) => [block(payload, {}), block("رابط", { link: JSON.stringify({ href: payload, title: payload }) }), block("رابط", { link: payload })]);
  await host.call("note_flush", { name: note, heads, changed: { from: 0, to: 1, blocks }, selection: null });
  for (const payload of short.slice(0, 8)) {
    const args = encodeURIComponent(JSON.stringify({ name: note, file_name: payload, media_type: "image/svg+xml" }));
    await fetch(`${host.url}/raw/attach?args=${args}`, { method: "POST", body: `<svg xmlns="http://www.w3.org/2000/svg" onload="ran()"><script>ran()</script></svg>` });
  }

  const opened = await browser();
  onTestFinished(() => opened.close());
  const page = await (await opened.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const ran: string[] = [];
  await page.exposeFunction("ran", () => ran.push(page.url()));
  await page.addInitScript(() => {
    for (const name of ["alert", "confirm", "prompt", "print"] as const) window[name] = () => (window as unknown as { ran: () => void }).ran() as never;
  });
  page.on("dialog", (dialog) => {
    ran.push(dialog.message());
    void dialog.dismiss();
  });
  const outside: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(host.url) && !/^(blob|data):/.test(request.url())) outside.push(request.url());
  });
  const item = { item: id(3) };
  const addresses = [
    hrefOf("conferences", {}), hrefOf("conference", conference), hrefOf("recommendation", { ...conference, ...item }), hrefOf("agenda-item", { ...conference, ...item }),
    hrefOf("plans", {}), hrefOf("plan", plan), hrefOf("plan-item", { ...plan, ...item }), hrefOf("notes", {}), hrefOf("note", note), hrefOf("today", {}),
    hrefOf("history", note), hrefOf("since-you-looked", conference), hrefOf("search", { query: "script" }), hrefOf("sync", {}), hrefOf("bin", {}),
  ];
  for (const address of addresses) {
    await page.goto(`${host.url}/${address}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.waitForLoadState("networkidle");
    const active = await page.evaluate(() => document.querySelectorAll("#root script, #root iframe, #root object, #root embed, #root [onload], #root [onerror], #root a[href^='javascript' i], #root a[href^='data' i], #root a[href^='vbscript' i]").length);
    expect([address, active]).toEqual([address, 0]);
  }
  expect(ran).toEqual([]);
  expect(outside).toEqual([]);
});
