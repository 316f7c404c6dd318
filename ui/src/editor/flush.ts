// When what was typed goes to the engine, and when the engine's answer may change the page. One flush at a time, of one
// splice; an answer that finds newer letters changes nothing but the heads. Knows nothing of the screen.

import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import type { BodyEdit, CommandError, FlushAnswer, Hash, Selection } from "../engine/types";
import type { ArgsOf } from "../engine/bridge";
import { changedBlocks } from "./flat";
import { Splices } from "./splices";

export type Sent = Pick<ArgsOf<"note_flush">, "heads" | "changed" | "selection">;
export type FlushState = "clean" | "waiting" | "failing" | "refused" | "stopped";

/** What a flusher needs of the editor. */
export type Page = {
  doc(): Node;
  selection(): Selection | null;
  /** Letters are being composed: nothing may change under them. */
  isComposing(): boolean;
  /** Shows what others did. `selection` null leaves the caret to follow the edits. */
  apply(edits: BodyEdit[], selection: Selection | null): void;
  send(sent: Sent): Promise<FlushAnswer>;
  tell(state: FlushState, error: CommandError["code"] | null): void;
};

const pauseMs = 300;
/** While someone types on and on, this is the most that a crash can take. */
const typingMsMax = 1000;
const retryMsMin = 1000;
const retryMsMax = 15_000;
/** The engine would answer the same again. */
const refusals: ReadonlySet<string> = new Set(["not_allowed", "not_found", "invalid", "too_large", "update_needed"]);

export class Flusher {
  /** The document as the engine has it at `heads`. */
  private known: Node;
  private readonly splices = new Splices();
  private inFlight: Promise<void> | null = null;
  private isAskedAgain = false;
  /** Others changed something that is not shown yet. */
  private isBehind = false;
  private typingSince: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private state: FlushState = "clean";

  constructor(private readonly page: Page, private heads: Hash[]) {
    this.known = page.doc();
  }

  /** Everything typed is in the engine. */
  get isClean(): boolean {
    return this.inFlight === null && this.page.doc() === this.known;
  }

  /** To be called after every change of one's own. */
  typed(tr: Transaction) {
    const now = Date.now();
    this.splices.add(tr);
    this.typingSince ??= now;
    this.say("waiting", null);
    this.wait(Math.max(0, Math.min(pauseMs, this.typingSince + typingMsMax - now)));
  }

  /** Others changed the document. */
  changedByOthers() {
    this.isBehind = true;
    // While letters are on their way, their own flush will bring what others did.
    if (this.typingSince === null) void this.flush();
  }

  /** A composition ended: what it held back can be shown. */
  composed() {
    if (this.isBehind || !this.isClean) this.wait(0);
  }

  /** Sends the first splice, now, and the next ones as the answers come; resolves with the first answer. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.state === "stopped") return Promise.resolve();
    if (this.inFlight) {
      this.isAskedAgain = true;
      return this.inFlight;
    }
    this.inFlight = this.once().finally(() => {
      this.inFlight = null;
      const isAskedAgain = this.isAskedAgain;
      this.isAskedAgain = false;
      if (this.failures > 0) return;
      if (isAskedAgain) void this.flush();
      else if (this.isClean && !this.isBehind) this.say("clean", null);
    });
    return this.inFlight;
  }

  /** As `flush`, and all of it at once: the page may be gone before an answer comes. */
  flushAll(): Promise<void> {
    this.splices.join();
    return this.flush();
  }

  /** Sends until nothing is left, or until it fails; gives whether everything is in the engine. */
  async drain(): Promise<boolean> {
    const { failures } = this;
    while (!this.isClean && this.failures <= failures && this.state !== "stopped") await (this.inFlight ?? this.flush());
    return this.isClean;
  }

  /** Nothing is sent any more, until somebody says `retry`. */
  get isStopped() {
    return this.state === "stopped";
  }

  /** After a failure: once more at once, as when the person asks for it. */
  retry() {
    if (this.state === "stopped") this.state = "failing";
    this.failures = 0;
    void this.flush();
  }

  private wait(ms: number) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private say(state: FlushState, error: CommandError["code"] | null) {
    if (this.state === "stopped" || (this.failures > 0 && state === "waiting")) return;
    this.state = state;
    this.page.tell(state, error);
  }

  private async once(): Promise<void> {
    const splice = this.splices.first({ doc: this.page.doc(), selection: this.page.selection() });
    const { doc, selection } = splice;
    this.typingSince = null;
    this.isBehind = false;
    let answer: FlushAnswer;
    try {
      answer = await this.page.send({ heads: this.heads, changed: changedBlocks(this.known, doc), selection });
    } catch (cause) {
      this.failed((cause as Partial<CommandError>).code ?? "internal");
      return;
    }
    this.failures = 0;
    if (this.splices.taken(splice)) this.isAskedAgain = true;
    if (this.page.doc() === doc && !this.page.isComposing()) {
      const now = this.page.selection();
      const isMoved = selection?.anchor !== now?.anchor || selection?.head !== now?.head;
      if (answer.edits.length > 0) this.page.apply(answer.edits, isMoved ? null : answer.selection);
      this.heads = answer.merged;
      this.known = this.page.doc();
      return;
    }
    this.heads = answer.own;
    this.known = doc;
    this.isBehind ||= answer.edits.length > 0;
    // Typing goes on, and its own pause brings the next flush. A composition's end does where nothing was typed.
    if (this.timer === undefined && !this.page.isComposing()) this.wait(pauseMs);
  }

  private failed(code: CommandError["code"]) {
    this.failures += 1;
    // What is typed next may make good what was wrong, if it goes along.
    if (refusals.has(code)) this.splices.join();
    this.isBehind = true;
    if (code === "storage") {
      this.say("stopped", code);
      return;
    }
    this.say(refusals.has(code) ? "refused" : "failing", code);
    if (!refusals.has(code)) this.wait(Math.min(retryMsMax, retryMsMin * 2 ** (this.failures - 1)));
  }
}
