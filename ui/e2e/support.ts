// What the end-to-end tests stand on: hosts of the app, a server, a browser; each started here and gone afterwards.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { onTestFinished } from "vitest";
import type { ArgsOf, CommandName, ResultOf } from "../src/engine/bridge";

export const root = resolve(import.meta.dirname, "../..");
export const binary = (name: string) => {
  const path = join(root, "target/debug", name);
  if (!existsSync(path)) throw new Error(`${name} is not built: cargo build -p multaqa -p sync-server -p tests --bins`);
  return path;
};
export const pages = join(root, "ui/dist");
export const screensFolder = join(root, "target/screens");

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a program that is killed when these tests end. */
export function begin(program: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

/** Starts a program and waits for a line of what it says. */
export function start(program: string, args: string[], line: RegExp, env: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; found: RegExpExecArray }> {
  const child = begin(program, args, env);
  let said = "";
  return new Promise((resolve, reject) => {
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
      const found = line.exec(said);
      if (found) resolve({ child, found });
    };
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code}: ${said}`)));
  });
}

/** Kills a process as the system does, and waits until it is gone. */
export function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.on("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "multaqa-e2e-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** One device: the app without its window. */
export class Device {
  private child: ChildProcess | undefined;
  url = "";
  constructor(private data: string, private args: string[] = []) {}

  /** One that somebody else starts and ends. */
  static at(url: string): Device {
    const device = new Device("");
    device.url = url;
    return device;
  }

  async start(): Promise<this> {
    const { child, found } = await start(binary("host"), ["--port", "0", "--folder", this.data, "--pages", pages, ...this.args], /(http:\/\/[\d.:]+)/);
    this.child = child;
    this.url = found[1]!;
    return this;
  }

  async kill() {
    if (this.child) await kill(this.child);
  }

  async call<C extends CommandName>(name: C, args: ArgsOf<C>): Promise<ResultOf<C>> {
    const response = await fetch(`${this.url}/cmd/${name}`, { method: "POST", body: JSON.stringify(args), signal: AbortSignal.timeout(patience) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    return answer as ResultOf<C>;
  }
}

export async function device(args: string[] = []): Promise<Device> {
  const started = await new Device(folder(), args).start();
  onTestFinished(() => started.kill());
  return started;
}

/** A server of its own, with links that let devices in. */
export async function server(): Promise<{ url: string; enterLink: () => string; stop: () => Promise<void>; again: () => Promise<void> }> {
  const database = join(folder(), "server.db");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { MULTAQA_DATABASE: database, MULTAQA_LOG: "info" };
  const serve = () => start(binary("sync-server"), ["serve", "--listen", `127.0.0.1:${port}`], /127\.0\.0\.1/, env);
  let { child } = await serve();
  onTestFinished(() => kill(child));
  return {
    url,
    enterLink: () => {
      const said = spawnSync(binary("sync-server"), ["invite", "--public-url", url], { env: { ...process.env, ...env } }).stdout.toString();
      return /multaqa:\S+/.exec(said)![0];
    },
    stop: () => kill(child),
    again: async () => {
      child = (await serve()).child;
    },
  };
}

export async function browser(): Promise<Browser> {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
  if (!executablePath) throw new Error("a Chromium is needed: apt-get install chromium");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}

/** Longer than anything here takes, on the slowest machine; shorter than a test's own limit, which could not say what it waited for. */
const patience = 120_000;

/** Waits for a fact by asking again; where it never comes, says what the last answer was. */
export async function until<Value>(ask: () => Promise<Value | undefined | false | null>): Promise<Value> {
  const started = Date.now();
  for (;;) {
    const answer = await ask().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (answer && !(answer instanceof Error)) return answer;
    if (Date.now() - started > patience) throw new Error(`never came about: ${ask}`, { cause: answer });
    await new Promise((again) => setTimeout(again, 50));
  }
}
