// The types of `types.ts` are what the app answers: a story asks every command, and the compiler holds the answers,
// written down as literals, against the types. A field that is missing, too many or of another kind is its error.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ArgsOf, CommandName, ResultOf } from "../src/engine/bridge";
import { browser, device, type Device, folder, server, until } from "./support";

const ui = join(import.meta.dirname, "..");

test("every command answers as the pages' types say, and so does what the page is told unasked", async () => {
  const home = await server();
  const [one, two, three] = [await device(["--sample"]), await device(), await device()];
  const opened = await browser();
  onTestFinished(() => opened.close());
  const page = await opened.newPage();
  await page.goto(one.url);
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    new WebSocket(`${location.origin.replace("http", "ws")}/events`).onmessage = ({ data }) => heard.push(...JSON.parse(data));
  });

  const answers: { [C in CommandName]?: unknown[] } = {};
  async function ask<C extends CommandName>(host: Device, name: C, args: ArgsOf<C>): Promise<ResultOf<C>> {
    const answer = await host.call(name, args);
    (answers[name] ??= []).push(answer);
    return answer;
  }
  /** Gives its value once the answer fits, and keeps only the last. */
  const asked = async <C extends CommandName>(host: Device, name: C, args: ArgsOf<C>, fits: (answer: ResultOf<C>) => boolean) => {
    const { answer } = await until(async () => {
      const answer = await host.call(name, args);
      if (fits(answer)) return { answer };
      throw new Error(`${name}: ${JSON.stringify(answer)}`);
    });
    (answers[name] ??= []).push(answer);
    return answer;
  };

  const { spaces, settings } = await ask(one, "start", {});
  const sample = spaces[0]!.space;
  const lines = await ask(one, "documents", { space: null, kind: null });
  for (const { name } of lines) await ask(one, "document", { name, heads: null });
  const first = (kind: string) => lines.find((line) => line.kind === kind)!.name;
  const [conference, plan, minutes] = [first("conference"), first("plan"), first("note")];
  for (const name of [conference, plan, minutes]) await ask(one, "history", { name });
  const [span] = await ask(one, "note_cursors", { name: minutes, heads: (await one.call("note_body", { name: minutes, heads: null })).heads, ranges: [{ start: 1, end: 5 }] });
  for (const found of [span!, { start: "", end: "" }]) await ask(one, "note_range", { name: minutes, span: found });
  await ask(one, "search", { query: "الدليل", space: null });
  await ask(one, "read_statement", { text: "أولاً: اعتماد الدليل الموحّد.\n١- تُعقد الدورة سنويًّا.\n٢- تُشكّل لجنة متابعة." });
  await ask(one, "qr", { text: "multaqa" });
  await ask(one, "set_settings", { settings });
  await ask(one, "leave_at", { place: "" });
  for (const [host, name] of [[one, "زينب"], [two, "علي"]] as const) await ask(host, "set_person", { person: { name, organisation: "قسم" } });

  const { space } = await ask(one, "found", { title: "ملتقى", enter_link: home.enterLink() });
  await ask(one, "read_link", { link: home.enterLink() });
  const { link, key } = await ask(one, "invite", { space, role: "editor", uses: 2, expires_ms: Date.now() + 3_600_000 });
  await ask(one, "read_link", { link });
  await ask(two, "join", { link });
  await asked(two, "spaces", {}, (found) => found[0]?.standing === "member");
  const { members } = await asked(one, "members", { space }, (found) => found.members.length === 2);
  const guest = members.find(({ is_me }) => !is_me)!;

  const name = await ask(one, "create", { space, kind: "note", title: "محضر", edits: [] });
  const { heads } = await ask(one, "note_body", { name, heads: null });
  const write = (text: string, marks: Record<string, string>) => {
    const blocks = [{ kind: "paragraph", parents: [], attrs: {}, is_embed: false, runs: [{ text, marks }] }];
    return ask(one, "note_flush", { name, heads, changed: { from: 0, to: 1, blocks }, selection: { anchor: 1, head: 1 } });
  };
  await write("اتفق المجتمعون", { strong: "true" });
  await write("على توصيات", {});
  await ask(one, "note_body", { name, heads: null });
  await until(() => two.call("document", { name, heads: null }));
  await home.stop();
  const title = (value: string) => [{ edit: "set" as const, at: [], field: "title", value }];
  await ask(one, "edit", { name, edits: title("من النجف") });
  await ask(two, "edit", { name, edits: title("من الكوفة") });
  await asked(one, "sync", {}, ({ state }) => state === "offline");
  await home.again();
  for (const host of [one, two]) await ask(host, "sync_now", {});
  await asked(one, "document", { name, heads: null }, ({ conflicts }) => conflicts.length > 0);
  const changed = await ask(one, "since", { name, from: heads, to: null });
  for (const kind of [conference, plan]) await ask(one, "since", { name: kind, from: [], to: null });
  await ask(one, "undo_line", { name, from: changed.from, to: changed.to, line: 0 });
  await ask(one, "restore_version", { name, heads });
  await ask(one, "mark_seen", { name, heads });
  await ask(one, "share", { name, to: sample });

  const { content } = await one.call("document", { name: conference, heads: null });
  if (content.kind !== "conference") throw new Error("the sample is another one");
  await ask(one, "carry_out", { conference, recommendations: [content.recommendations[0]!.id], plan });
  await ask(one, "edit", { name: conference, edits: [{ edit: "remove", at: ["agenda", content.agenda[0]!.id] }] });
  await ask(one, "binned_items", { name: conference });
  const args = encodeURIComponent(JSON.stringify({ name, file_name: "صورة.png", media_type: "image/png" }));
  const attached = await (await fetch(`${one.url}/raw/attach?args=${args}`, { method: "POST", body: "bytes" })).json();
  await ask(one, "document", { name, heads: null });
  await ask(one, "want_attachment", { space, blob: attached.blob });

  const offer = await ask(one, "pair_offer", {});
  const answer = await ask(three, "pair_answer", { offer: offer.code });
  await ask(one, "pair_finish", { answer: answer.code, label: "هاتفي" });
  const me = await asked(one, "members", { space }, (found) => found.members.some(({ devices }) => devices.length === 2));
  const lost = me.members.flatMap(({ devices }) => devices).find(({ label }) => label === "هاتفي")!;
  await ask(one, "remove_device", { space, device: lost.device });
  await ask(one, "revoke_invite", { space, key });
  await ask(one, "change_role", { space, member: guest.member, role: "viewer" });
  await ask(one, "remove_member", { space, member: guest.member });
  await ask(two, "edit", { name, edits: title("بعد الإزالة") }).catch(() => {});
  await ask(one, "decide", { space, envelopes: [], admit: true });
  await ask(one, "members", { space });
  const sheet = await ask(one, "found", { title: "مساحة مشتركة", enter_link: home.enterLink() });
  for (const key of [sheet.recovery, `${sheet.recovery} 1`, "12", "G"]) await ask(two, "read_sheet", { key });
  await until(() => three.call("recover", { key: sheet.recovery, link: link.replace(/space=\w+/, `space=${sheet.space}`) }));
  await ask(three, "recover", { key: sheet.recovery, link: link.replace(/space=\w+/, `space=${sheet.space}`) });
  const alone = await ask(two, "found", { title: "مساحتي", enter_link: null });
  await ask(two, "spaces", {});
  await ask(two, "set_server", { space: alone.space, enter_link: home.enterLink() });
  for (const host of [one, two, three]) await ask(host, "sync", {});
  await ask(three, "lock_state", {});
  await ask(three, "set_passphrase", { passphrase: "نخلة على الشط", former: null });
  await ask(three, "lock_state", {});
  await ask(three, "unlock", { passphrase: "" });
  await three.kill();
  await three.start();
  await ask(three, "begin_anew", {});
  await ask(one, "start", {});
  const failure = await (await fetch(`${one.url}/cmd/document`, { method: "POST", body: JSON.stringify({ name: { ...name, space: sample }, heads: null }) })).json();
  const events = await page.evaluate(() => (window as unknown as { heard: { event: string }[] }).heard);
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(["document_changed", "documents_changed", "members_changed", "sync_changed"]));

  const made = folder();
  writeFileSync(join(made, "tsconfig.json"), JSON.stringify({ extends: join(ui, "tsconfig.json"), compilerOptions: { types: [] }, include: [], files: ["answers.ts"] }));
  writeFileSync(join(made, "answers.ts"), `
import type { AppEvent, CommandError, Commands, RawCommands } from ${JSON.stringify(join(ui, "src/engine/types"))};
type Answered = Exclude<keyof Commands, "open_outside">;
export const answers: { [C in Answered]: [Commands[C]["result"], ...Commands[C]["result"][]] } = ${JSON.stringify(answers, null, 1)};
export const events: AppEvent[] = ${JSON.stringify(events, null, 1)};
export const attached: RawCommands["attach"]["result"] = ${JSON.stringify(attached)};
export const failure: CommandError = ${JSON.stringify(failure)};
`);
  const compiled = spawnSync(join(ui, "node_modules/.bin/tsc"), ["-p", made], { encoding: "utf8" });
  // Each error names the answer's place; the first ones are enough to read.
  expect((compiled.stdout + compiled.stderr).slice(0, 2000)).toBe("");
  expect(compiled.status).toBe(0);
});
