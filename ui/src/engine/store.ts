// What the whole app shows of the engine: the person, settings, spaces and the sync state, kept current by events.

import { useSyncExternalStore } from "react";
import { call, type Failure, listen } from "./bridge";
import type { AppEvent, Settings, SpaceId, SpaceView, Start, Sync, SyncState } from "./types";

export type AppState = {
  /** Null until the engine answered for the first time. */
  start: Start | null;
  /** The space whose lists are shown; null where there is none. */
  shownSpace: SpaceId | null;
  /** Why the device's disk cannot be written; until it can, nothing more is accepted. */
  storageFailure: string | null;
  startFailure: Failure | null;
  /** An invite that was opened from outside and waits for its screen. */
  openedLink: string | null;
};

let state: AppState = { start: null, shownSpace: null, storageFailure: null, startFailure: null, openedLink: null };
/** Apart from the rest, since it changes with every few letters that are typed and concerns few places. */
let syncState: SyncState = "no_server";
const watchers = new Set<() => void>();
const eventWatchers = new Set<(events: AppEvent[]) => void>();

function change(part: Partial<AppState>) {
  state = { ...state, ...part };
  for (const watcher of watchers) watcher();
}

function changeSync({ state }: Sync) {
  syncState = state;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export const appState = () => state;

export function useApp(): AppState {
  return useSyncExternalStore(watch, appState);
}

export function useSyncState(): SyncState {
  return useSyncExternalStore(watch, () => syncState);
}

/** Until the engine has answered, the words are Arabic and the look is the system's. */
export const firstSettings: Settings = {
  language: "ar", digits: "arab", months: "iraqi", week_starts_on: "saturday", text_size: "normal",
  appearance: "system", hijri_offset_days: 0, home_space: null, recent_searches: [],
};

export function useSettings(): Settings {
  return useApp().start?.settings ?? firstSettings;
}

/** The space whose lists are shown. */
export function useSpace(): SpaceView | null {
  const { start, shownSpace } = useApp();
  return start?.spaces.find(({ space }) => space === shownSpace) ?? null;
}

/** Nothing may be edited, because the disk failed. */
export function useIsStopped(): boolean {
  return useApp().storageFailure !== null;
}

export function showSpace(space: SpaceId) {
  change({ shownSpace: space });
}

export function takeOpenedLink(): string | null {
  const link = state.openedLink;
  if (link) change({ openedLink: null });
  return link;
}

/** Calls back with each batch of events; the returned function ends it. */
export function watchEvents(watcher: (events: AppEvent[]) => void): () => void {
  eventWatchers.add(watcher);
  return () => void eventWatchers.delete(watcher);
}

/** Hands events to everything that watches, as if the engine had sent them. */
export function announce(events: AppEvent[]) {
  for (const event of events) {
    if (event.event === "sync_changed") changeSync(event.sync);
    if (event.event === "opened_link") change({ openedLink: event.link });
    if (event.event === "storage_failed") change({ storageFailure: event.reason });
    if (event.event === "storage_works") change({ storageFailure: null });
  }
  if (events.some(({ event }) => event === "members_changed")) void refreshSpaces();
  for (const watcher of eventWatchers) watcher(events);
}

/** After founding, joining or anything else that changes the list of spaces. */
export async function refreshSpaces(): Promise<void> {
  const spaces = await call("spaces", {});
  if (state.start) change({ start: { ...state.start, spaces }, shownSpace: standing(state.shownSpace, spaces, state.start.settings) });
}

function standing(shown: SpaceId | null, spaces: SpaceView[], settings: Settings): SpaceId | null {
  const wanted = [shown, settings.home_space, spaces[0]?.space];
  return wanted.find((space) => space && spaces.some((each) => each.space === space)) ?? null;
}

/** Asks the engine anew for everything that is kept here. */
export async function refreshStart(shown: SpaceId | null = state.shownSpace): Promise<void> {
  try {
    const start = await call("start", {});
    change({ start, shownSpace: standing(shown, start.spaces, start.settings), startFailure: null });
    changeSync(await call("sync", {}));
  } catch (cause) {
    if (state.start === null) change({ startFailure: cause as Failure });
  }
}

/** Shown at once, since the engine can refuse only with a failing disk; then the last stored ones come back. */
export async function saveSettings(part: Partial<Settings>): Promise<void> {
  if (!state.start) return;
  const settings = { ...state.start.settings, ...part };
  change({ start: { ...state.start, settings } });
  try {
    await call("set_settings", { settings });
  } catch (cause) {
    await refreshStart();
    throw cause;
  }
}

export async function savePerson(name: string, organisation: string): Promise<void> {
  const person = { name, organisation };
  await call("set_person", { person });
  if (state.start) change({ start: { ...state.start, person } });
}

/** Begins to listen and asks for the first state; `shown` is the space that was open last. */
export function boot(shownFrom: (start: Start) => SpaceId | null): () => void {
  const stop = listen(announce, () => {
    void refreshStart();
    announce([{ event: "documents_changed" }]);
  });
  void refreshStart().then(() => {
    const shown = state.start && shownFrom(state.start);
    if (shown && state.start?.spaces.some(({ space }) => space === shown)) change({ shownSpace: shown });
  });
  return stop;
}
