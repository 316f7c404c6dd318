// What was typed and is not in the engine yet, cut into splices: each replaces one stretch of the body. The engine is
// shown blocks as they were and as they are. Where several stretches changed it has to guess which letters between them
// stayed, and may take one that stayed for one that was erased and typed anew: it comes back though others erased it at
// once. Of one stretch there is nothing to guess.

import type { Node } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import type { StepMap } from "prosemirror-transform";
import type { Selection } from "../engine/types";
import { flatOf } from "./flat";

/** The page as a splice left it. */
export type Spliced = { doc: Node; selection: Selection | null };

export class Splices {
  private readonly ended: Spliced[] = [];
  /** The stretch that the last splice has put in, in the document as it is now. */
  private stretch: { from: number; to: number } | null = null;

  /** Takes note of a change of one's own. */
  add(tr: Transaction) {
    tr.steps.forEach((_, index) => this.addStep(tr.mapping.maps[index]!, tr.docs[index]!));
  }

  /** The first splice, to be sent: the page as it is `now`, where none has ended yet. It stays the first until it is
   *  taken, so that what fails is sent again as it was. */
  first(now: Spliced): Spliced {
    if (this.ended.length === 0) this.end(now);
    return this.ended[0]!;
  }

  /** The engine has this splice. Gives whether there is another that has ended. */
  taken(splice: Spliced): boolean {
    if (this.ended[0] === splice) this.ended.shift();
    return this.ended.length > 0;
  }

  /** Makes one splice of all. */
  join() {
    this.ended.length = 0;
  }

  private addStep(map: StepMap, before: Node) {
    map.forEach((from, to, fromNow, toNow) => {
      const { stretch } = this;
      if (stretch && (to < stretch.from || from > stretch.to)) {
        // Among equal letters, the engine finds what was typed or erased before the caret.
        const caret = flatOf(before, stretch.to);
        this.end({ doc: before, selection: { anchor: caret, head: caret } });
      }
      this.stretch = this.stretch
        ? { from: Math.min(this.stretch.from, fromNow), to: Math.max(toNow, this.stretch.to + toNow - to) }
        : { from: fromNow, to: toNow };
    });
  }

  private end(spliced: Spliced) {
    this.ended.push(spliced);
    this.stretch = null;
  }
}
