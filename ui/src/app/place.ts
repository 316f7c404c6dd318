// Where one was: the engine keeps it, so that the app reopens there after the system ended it.

import { call } from "../engine/bridge";
import { appState } from "../engine/store";
import type { SpaceId, Start } from "../engine/types";
import { shownHash } from "./router";

export type Place = { hash: string; space: SpaceId | null; scrolls: Record<string, number>; carets: Record<string, unknown> };
/** Only the last places keep their scroll and caret. */
const keptMax = 20;
/** The engine keeps no longer text. Twenty addresses with their ids alone can be longer. */
const textBytesMax = 4096;
/** An address can hold whatever was searched for; a longer one is not worth the places that it would push out. */
const hashLengthMax = 1024;

let place: Place = { hash: "", space: null, scrolls: {}, carets: {} };
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Takes up the place that was stored; gives the address to show, or null. */
export function takeUp(start: Start): string | null {
  try {
    place = { ...place, ...(JSON.parse(start.left_at ?? "{}") as Partial<Place>) };
  } catch {
    // What an older version stored is not worth a failed start.
    return null;
  }
  return place.hash || null;
}

export const placeSpace = () => place.space;
export const scrollAt = (hash: string) => place.scrolls[hash] ?? 0;
/** What an editor remembered for its document. */
export const caretIn = (document: string) => place.carets[document] ?? null;

function kept<Value>(all: Record<string, Value>, key: string, value: Value): Record<string, Value> {
  const { [key]: _, ...others } = all;
  return Object.fromEntries([...Object.entries(others), [key, value] as const].slice(-keptMax));
}

export function rememberScroll(hash: string, scroll: number) {
  place = { ...place, scrolls: kept(place.scrolls, hash, Math.round(scroll)) };
  leaveSoon();
}

/** `caret` is whatever the editor understands. */
export function rememberCaret(document: string, caret: unknown) {
  place = { ...place, carets: kept(place.carets, document, caret) };
  leaveSoon();
}

export function leaveSoon() {
  waiting ??= setTimeout(leaveNow, 1000);
}

export function leaveNow() {
  clearTimeout(waiting);
  waiting = undefined;
  if (!appState().start?.person) return;
  place = { ...place, hash: shownHash(), space: appState().shownSpace };
  // A place that could not be stored costs nothing but the way back to it.
  call("leave_at", { place: textOf(place) }).catch(() => {});
}

/** The place as it is stored. What is shown now keeps its scroll and caret; of the other places those left last do, as
 *  many as there is room for. */
export function textOf({ hash, space, ...remembered }: Place): string {
  const text = (scrolls: [string, number][], carets: [string, unknown][]) =>
    JSON.stringify({ hash, space, scrolls: Object.fromEntries(scrolls), carets: Object.fromEntries(carets) });
  if (hash.length > hashLengthMax) hash = "";
  const lastFirst = <Value>(all: Record<string, Value>) => Object.entries(all).toReversed().toSorted(([one], [other]) => Number(hash.includes(other)) - Number(hash.includes(one)));
  const [scrolls, carets] = [lastFirst(remembered.scrolls).filter(([each]) => each.length <= hashLengthMax), lastFirst(remembered.carets)];
  for (let count = keptMax; count > 0; count -= 1) {
    const found = text(scrolls.slice(0, count).reverse(), carets.slice(0, count).reverse());
    if (new TextEncoder().encode(found).length <= textBytesMax) return found;
  }
  return text([], []);
}
