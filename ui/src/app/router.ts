// Addresses after the `#`, as `#/note?space=…&document=…`, and the way back: first what lies over the screen, then the
// keyboard, then the screen before.

import { useEffect, useRef, useSyncExternalStore } from "react";
import { isWriting } from "../look/insets";
import { places, type Route, type RouteName, type Routes } from "./routes";

export function hrefTo<R extends RouteName>(name: R, params: Routes[R]): string {
  const given = Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return `#/${name}${query ? `?${query}` : ""}`;
}

/** The route of an address; null where no screen has that name. */
export function routeOf(hash: string): Route | null {
  const [name = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  if (name === "") return { name: "today", params: {} };
  if (!Object.hasOwn(places, name)) return null;
  return { name, params: Object.fromEntries(new URLSearchParams(query)) } as Route;
}

const watchers = new Set<() => void>();
let shown = { hash: location.hash, route: routeOf(location.hash) };
/** What lies over the screen, the topmost last. Each has an entry in the history, so that the system's back closes it. */
const layers: { close: () => void }[] = [];
/** Ways back under way for layers that were closed otherwise; until they end the history must not be touched. */
let stepsExpected = 0;
/** Entries of layers closed just now, which a layer that opens in the same moment may take over. */
let spareEntries = 0;
const afterSteps: (() => void)[] = [];

function whenSettled(action: () => void) {
  if (stepsExpected === 0) action();
  else afterSteps.push(action);
}

function dropSpareEntries() {
  for (; spareEntries > 0; spareEntries -= 1) {
    stepsExpected += 1;
    history.back();
  }
}

function follow() {
  if (stepsExpected > 0) {
    stepsExpected -= 1;
    if (stepsExpected === 0) for (const action of afterSteps.splice(0)) action();
    return;
  }
  if (location.hash === shown.hash) {
    layers.pop()?.close();
    return;
  }
  for (const layer of layers.splice(0)) layer.close();
  shown = { hash: location.hash, route: routeOf(location.hash) };
  for (const watcher of watchers) watcher();
}
window.addEventListener("popstate", follow);

function move(href: string, isReplacing: boolean) {
  whenSettled(() => moveNow(href, isReplacing));
}

function moveNow(href: string, isReplacing: boolean) {
  if (href === shown.hash && layers.length === 0) return;
  // The topmost layer's entry becomes the new screen, so that back leads to the screen under it.
  const hadLayers = layers.length > 0 || spareEntries > 0;
  if (layers.length === 0) spareEntries = Math.max(0, spareEntries - 1);
  for (const layer of layers.splice(0)) layer.close();
  const depth = (history.state?.depth ?? 0) + (isReplacing || hadLayers ? 0 : 1);
  if (isReplacing || hadLayers) history.replaceState({ depth }, "", href);
  else history.pushState({ depth }, "", href);
  shown = { hash: location.hash, route: routeOf(location.hash) };
  for (const watcher of watchers) watcher();
}

type ParamsOf<R extends RouteName> = {} extends Routes[R] ? [params?: Routes[R]] : [params: Routes[R]];

export function go<R extends RouteName>(name: R, ...[params]: ParamsOf<R>) {
  move(hrefTo(name, (params ?? {}) as Routes[R]), false);
}

/** As `go`, but back does not lead here. */
export function goInstead<R extends RouteName>(name: R, ...[params]: ParamsOf<R>) {
  move(hrefTo(name, (params ?? {}) as Routes[R]), true);
}

export function goToHash(hash: string) {
  move(hash, true);
}

/** Closes what lies over the screen, else the keyboard, else goes to the screen before. */
export function back() {
  if (layers.length > 0) return history.back();
  if (document.documentElement.hasAttribute("data-keyboard") && isWriting()) return (document.activeElement as HTMLElement).blur();
  if ((history.state?.depth ?? 0) > 0) return history.back();
  const parent = shown.route && places[shown.route.name].parent;
  move(hrefTo(parent ?? "today", parent ? (shown.route!.params as never) : {}), true);
}

export function useRoute(): Route | null {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => shown.route,
  );
}

/** The present address; it names the place whose scroll is remembered. */
export const shownHash = () => shown.hash;

/** Lets the system's back close a sheet or dialog while it is open. */
export function useBackCloses(isOpen: boolean, close: () => void) {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!isOpen) return;
    const layer = { close: () => latest.current() };
    layers.push(layer);
    if (spareEntries > 0) spareEntries -= 1;
    else whenSettled(() => history.pushState({ depth: history.state?.depth ?? 0 }, ""));
    return () => {
      const index = layers.indexOf(layer);
      if (index < 0) return;
      layers.splice(index, 1);
      spareEntries += 1;
      queueMicrotask(dropSpareEntries);
    };
  }, [isOpen]);
}
