// A server or a device as a process of its own, which is asked by messages and answers each. Knows nothing of what
// is measured, except how much a process has used.

import { fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The process of an actor, as its parent sees it. */
export class Actor {
  #child;
  #waiting = new Map();
  #asked = 0;

  /** Starts `module` again, in this role and folder. */
  constructor(module, role, folder) {
    // "advanced", so that maps and bytes pass as they are.
    this.#child = fork(module, [role, folder], {
      serialization: "advanced",
      // What a system says of itself is for the reader; standard output is for the figures.
      stdio: ["ignore", 2, 2, "ipc"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    running.add(this.#child);
    this.#child.on("message", ({ nth, result, error }) => {
      const { resolve, reject } = this.#waiting.get(nth);
      this.#waiting.delete(nth);
      if (error) reject(new Error(error));
      else resolve(result);
    });
    this.#child.on("exit", (code, signal) => {
      running.delete(this.#child);
      for (const { reject } of this.#waiting.values()) reject(new Error(`the ${role} ended with ${code ?? signal}`));
    });
  }

  ask(verb, ...args) {
    const nth = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(nth, { resolve, reject });
      this.#child.send({ nth, verb, args });
    });
  }

  /** The same process with nothing of what it had, in another folder. */
  async beginAnew() {
    await this.ask("begin anew");
  }

  /** Ends it without asking. */
  async end() {
    const gone = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill("SIGKILL");
    await gone;
  }

  get usage() {
    return usage(this.#child.pid);
  }
}

/** Makes this process an actor: its parent's questions are the methods of what `make` makes. */
export function act(make) {
  let lives = 0;
  let object = make(lives);
  const answer = ({ verb, args }) => {
    if (verb !== "begin anew") return object[verb](...args);
    object = make((lives += 1));
  };
  process.on("message", async ({ nth, ...question }) => {
    try {
      process.send({ nth, result: await answer(question) });
    } catch (error) {
      process.send({ nth, error: error.stack });
    }
  });
  // Nothing outlives its parent, however that one ends.
  process.on("disconnect", () => process.exit());
}

/** Memory now, and CPU time so far from its threads' own counts: finer than ticks. */
export function usage(pid) {
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  const nanoseconds = readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]))
    .reduce((sum, each) => sum + each, 0);
  return { rss_bytes: rss * 1024, cpu_ms: nanoseconds / 1e6 };
}
