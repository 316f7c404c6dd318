// Sets this project beside Hocuspocus and automerge-repo: the same scenarios on the same machine in one run, one
// round of all after the other, so that what else the machine does is spread over all of them. Prints the medians
// with how many times ours they are, and the same as one line of JSON.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const SCENARIOS = ["backlog", "bootstrap", "idle"];
const OURS = "multaqa";
const COLUMNS = {
  wall_ms: { title: "time", text: milliseconds },
  stored_ms: { title: "until the server stored it", text: milliseconds },
  up_bytes: { title: "up", text: bytes },
  down_bytes: { title: "down", text: bytes },
  server_rss_bytes: { title: "server memory", text: bytes },
  server_cpu_ms: { title: "server CPU", text: milliseconds },
  client_cpu_ms: { title: "devices' CPU", text: milliseconds },
};

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "1000" },
    changes: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    "timeout-s": { type: "string", default: "300" },
    scenario: { type: "string", default: here("../../target/release/scenario") },
  },
});
const rounds = Number(values.rounds);
const timeout_s = Number(values["timeout-s"]);
const size = ["--documents", values.documents, "--changes", values.changes];
const systems = [
  { system: OURS, command: (scenario) => [resolve(values.scenario), scenario, ...size] },
  ...["hocuspocus", "automerge-repo"].map((system) => ({
    system,
    command: (scenario) => [process.execPath, here(`${system}.mjs`), scenario, ...size, "--timeout-s", `${timeout_s}`],
  })),
];

let running;
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    isStopped = true;
    running?.kill("SIGTERM");
  });
}

const load_before = loadavg();
const runs = [];
for (let round = 0; round < rounds; round += 1) {
  for (const scenario of SCENARIOS) {
    // Another system goes first in each round.
    for (let turn = 0; turn < systems.length; turn += 1) {
      const { system, command } = systems[(turn + round) % systems.length];
      const figures = await run(command(scenario));
      if (isStopped) process.exit(1);
      // A reader of ours has nothing that the server has not stored.
      const stored_ms = system === OURS && scenario === "backlog" ? figures?.wall_ms : figures?.stored_ms;
      runs.push({ ...figures, stored_ms, scenario, system, round });
      console.error(`round ${round + 1} of ${rounds}: ${scenario}, ${system}: ${figures ? milliseconds(figures.wall_ms) : "failed"}`);
    }
  }
}

const results = SCENARIOS.flatMap((scenario) => {
  const medians = new Map(systems.map(({ system }) => [system, mediansOf(runs.filter((run) => run.scenario === scenario && run.system === system))]));
  const ours = medians.get(OURS);
  return [...medians].map(([system, theirs]) => {
    const ratios = Object.fromEntries(Object.keys(COLUMNS).map((key) => [key, ratio(theirs.medians[key], ours.medians[key])]));
    return { scenario, system, ...theirs, ratios };
  });
});

for (const line of table(results)) console.log(line);
console.log();
console.log(JSON.stringify({ documents: Number(values.documents), changes: Number(values.changes), rounds, ...machine(), results, runs }));
process.exit(results.every(({ failed, matches }) => failed === 0 && matches !== false) ? 0 : 1);

/** Plays one scenario in a process of its own; its line of figures, or null if there is none in time. */
async function run([program, ...args]) {
  const folder = mkdtempSync(join(tmpdir(), "multaqa-compare-run-"));
  running = spawn(program, args, { env: { ...process.env, TMPDIR: folder }, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) running[stream].setEncoding("utf8").on("data", (text) => (said[stream] += text));
  // A little later than the program's own patience, which cleans up better.
  const late = setTimeout(() => running.kill("SIGKILL"), (timeout_s + 10) * 1000);
  try {
    await new Promise((done, failed) => running.on("close", done).on("error", failed));
    return JSON.parse(said.stdout);
  } catch (error) {
    if (!isStopped) console.error(`${program} ${args.join(" ")}: ${error.message}\n${said.stderr}`);
    return null;
  } finally {
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function mediansOf(runs) {
  const good = runs.filter((run) => run.wall_ms !== undefined);
  const medians = Object.fromEntries(Object.keys(COLUMNS).map((key) => [key, median(good.map((run) => run[key]).filter((value) => value !== undefined))]));
  const checked = good.filter((run) => run.matches !== undefined);
  const matches = checked.length > 0 ? checked.every((run) => run.matches) : undefined;
  return { medians, matches, failed: runs.length - good.length };
}

function median(values) {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return Number(((low + high) / 2).toFixed(3));
}

/** How many times ours; nothing is a multiple of nothing. */
function ratio(theirs, ours) {
  return theirs === null || !ours ? null : Number((theirs / ours).toPrecision(3));
}

function table(results) {
  const head = ["scenario", "system", ...Object.values(COLUMNS).map(({ title }) => title), "same end"];
  const rows = results.map(({ scenario, system, medians, ratios, matches, failed }) => {
    const cell = (key, text) => (medians[key] === null ? "–" : text(medians[key]) + (system === OURS || ratios[key] === null ? "" : ` (${ratios[key]}×)`));
    const end = failed > 0 ? `${failed} failed` : { true: "yes", false: "NO" }[matches] ?? "–";
    return [scenario, system, ...Object.entries(COLUMNS).map(([key, { text }]) => cell(key, text)), end];
  });
  const widths = head.map((_, nth) => Math.max(...[head, ...rows].map((row) => row[nth].length)));
  const line = (row) => `| ${row.map((text, nth) => text.padEnd(widths[nth])).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)];
}

/** What the figures were seen on: without it they say little. */
function machine() {
  const { dependencies } = JSON.parse(readFileSync(here("package.json"), "utf8"));
  return { node: process.version, cores: cpus().length, load_before, load_after: loadavg(), packages: dependencies };
}

function milliseconds(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

function bytes(value) {
  return value < 10_000 ? `${Math.round(value)} B` : value < 10_000_000 ? `${Math.round(value / 1000)} kB` : `${Math.round(value / 1e6)} MB`;
}

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}
