// The app's own window on a display that nobody sees, driven through WebDriver. Knows of that protocol only what
// these tests need.

import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ArgsOf, CommandName, ResultOf } from "../src/engine/bridge";
import { begin, binary, folder, freePort, kill, screensFolder, start, until } from "./support";

/** Ends with the process that starts it, in whatever way that one ends. */
const bound = (program: string, args: string[]) => ["setpriv", ["--pdeathsig", "KILL", program, ...args]] as const;

/** Gives the display's name. */
export async function display(): Promise<string> {
  const { child, found } = await start(...bound("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]), /^(\d+)\n/m);
  onTestFinished(() => kill(child));
  return `:${found[1]}`;
}

const control = "\uE009";
const places = { start: "\uE011", end: "\uE010" };

/** An element's name in what WebDriver answers. */
const reference = "element-6066-11e4-a52e-4f735466cecf";
type Element = { [reference]: string };

/** One device: the app in its window. */
export class Window {
  private driver: ChildProcess | undefined;
  private url = "";
  private session = "";
  private readonly data = folder();
  /** The folder in which the system's own programs are looked for first. */
  readonly programs = folder();
  constructor(private readonly screen: string) {}

  /** Starts the app on what its folder holds. */
  async open() {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const env = {
      DISPLAY: this.screen, GDK_BACKEND: "x11", MULTAQA_FOLDER: this.data, TAURI_WEBVIEW_AUTOMATION: "true", PATH: `${this.programs}:${process.env["PATH"]}`,
      // On the bus of whoever runs the tests, a second window would hand over to the first one and end.
      DBUS_SESSION_BUS_ADDRESS: "disabled:",
    };
    const driver = begin(...bound("WebKitWebDriver", [`--port=${port}`]), env);
    this.driver = driver;
    await until(() => this.ask<{ ready: boolean }>("GET", "/status").then(({ ready }) => ready));
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary: binary("multaqa"), args: [] } } };
    const { sessionId } = await this.ask<{ sessionId: string }>("POST", "/session", { capabilities });
    this.session = `/session/${sessionId}`;
  }

  /** Kills the app as the system does, and what drove it. */
  async kill() {
    if (!this.driver) return;
    const { pid } = this.driver;
    for (const app of readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean)) process.kill(Number(app), "SIGKILL");
    await kill(this.driver);
    this.driver = undefined;
  }

  /** Runs the body of a function in the page and gives what it returns, awaited. */
  run<Result>(body: string, ...args: unknown[]): Promise<Result> {
    return this.here("POST", "/execute/sync", { script: body, args });
  }

  /** Runs a command of the engine from within the page. */
  call<C extends CommandName>(name: C, args: ArgsOf<C>): Promise<ResultOf<C>> {
    return this.run("return window.__TAURI_INTERNALS__.invoke(...arguments)", name, args);
  }

  text(css: string): Promise<string> {
    return this.run("return document.querySelector(arguments[0]).innerText", css);
  }

  /** Presses the button or link of that name, once it is there. */
  press(name: string): Promise<void> {
    return this.click(`//*[self::button or self::a][@aria-label="${name}" or normalize-space()="${name}"]`);
  }

  /** Types into the field of that label, once it is there. */
  async fill(label: string, words: string) {
    await this.type(`//*[@id=//label[normalize-space()="${label}"]/@for]`, words);
  }

  async click(path: string) {
    await until(async () => (await this.here("POST", `/element/${await this.find(path)}/click`, {})) === null);
  }

  async type(path: string, words: string) {
    await until(async () => (await this.here("POST", `/element/${await this.find(path)}/value`, { text: words })) === null);
  }

  /** Types where the text of an editor begins or ends. */
  async typeAt(place: keyof typeof places, path: string, words: string) {
    await this.click(path);
    const act = (type: "keyDown" | "keyUp", value: string) => ({ type, value });
    const key = (value: string) => [act("keyDown", value), act("keyUp", value)];
    const actions = [act("keyDown", control), ...key(places[place]), act("keyUp", control), ...[...words].flatMap(key)];
    await this.here("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  async find(path: string): Promise<string> {
    return (await this.here<Element>("POST", "/element", { using: "xpath", value: path }))[reference];
  }

  async resize(width: number, height: number) {
    await this.here("POST", "/window/rect", { x: 0, y: 0, width, height });
    await until(() => this.run<boolean>("return innerWidth === arguments[0]", width));
  }

  /** Keeps a picture to be looked at. */
  async picture(name: string) {
    await this.run("return document.fonts.ready.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))");
    mkdirSync(screensFolder, { recursive: true });
    writeFileSync(join(screensFolder, `${name}.png`), await this.here<string>("GET", "/screenshot"), "base64");
  }

  private here<Result>(method: "GET" | "POST", path: string, body?: object): Promise<Result> {
    return this.ask(method, this.session + path, body);
  }

  private async ask<Result>(method: "GET" | "POST", path: string, body?: object): Promise<Result> {
    const response = await fetch(this.url + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = (await response.json()) as { value: Result & { message?: string } };
    if (!response.ok) throw new Error(`${path}: ${value.message}`);
    return value;
  }
}

/** `name` is for pictures of what failed. */
export async function window(screen: string, name: string): Promise<Window> {
  const opened = new Window(screen);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") await opened.picture(`window-failed-${name}`).catch(() => {});
    await opened.kill();
  });
  await opened.open();
  return opened;
}
