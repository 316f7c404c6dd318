// Questions to the engine whose answers stay current: the last value is shown while an event asks for a newer one.

import { useEffect, useState, useSyncExternalStore } from "react";
import { type ArgsOf, call, type CommandName, type Failure, type ResultOf } from "./bridge";
import { watchEvents } from "./store";
import type { AppEvent, DocumentName, SpaceId } from "./types";

/** Commands that only read. */
export type QueryName =
  | "members" | "documents" | "document" | "binned_items" | "note_body" | "search" | "history" | "since"
  | "read_statement" | "read_link" | "sync" | "qr";

export type Query<Value> = {
  /** The last answer; undefined before the first. */
  value: Value | undefined;
  error: Failure | undefined;
  /** The first answer takes longer than 300 ms: time to say that something is loading. */
  isSlow: boolean;
  refetch: () => void;
};

type Entry = {
  name: QueryName; args: unknown; value: unknown; error: Failure | undefined; isSlow: boolean;
  isFetching: boolean; isStale: boolean; watchers: Set<() => void>; shown: Query<unknown>;
};

/** Answers that nobody shows are kept so that going back is instant, up to this many. */
const entriesMax = 100;
const slowMs = 300;
const entries = new Map<string, Entry>();

function isSame(one: DocumentName, other: DocumentName) {
  return one.document === other.document && one.space === other.space;
}

/** Whether an event may have changed the answer to a question. */
export function concerns(name: QueryName, args: unknown, event: AppEvent): boolean {
  const about = args as { name?: DocumentName; space?: SpaceId | null };
  switch (name) {
    case "members":
      return event.event === "members_changed" && event.space === about.space;
    case "documents":
    case "search":
      return event.event === "documents_changed" || event.event === "document_changed";
    case "document":
      // Who may read and write a document follows from the members of its space.
      if (event.event === "members_changed") return event.space === about.name!.space;
      return event.event === "documents_changed" || (event.event === "document_changed" && isSame(event.name, about.name!));
    case "binned_items":
    case "note_body":
    case "history":
    case "since":
      return event.event === "documents_changed" || (event.event === "document_changed" && isSame(event.name, about.name!));
    case "sync":
      return event.event === "sync_changed";
    default:
      return false;
  }
}

function publish(entry: Entry) {
  entry.shown = { ...entry.shown, value: entry.value, error: entry.error, isSlow: entry.isSlow };
  for (const watcher of entry.watchers) watcher();
}

async function fetchInto(entry: Entry): Promise<void> {
  // One question at a time; what changed meanwhile is asked once more after it.
  if (entry.isFetching) {
    entry.isStale = true;
    return;
  }
  entry.isFetching = true;
  const slow = setTimeout(() => {
    if (entry.value !== undefined) return;
    entry.isSlow = true;
    publish(entry);
  }, slowMs);
  try {
    do {
      entry.isStale = false;
      entry.value = await call(entry.name, entry.args as never);
      entry.error = undefined;
    } while (entry.isStale && entry.watchers.size > 0);
  } catch (cause) {
    entry.error = cause as Failure;
  }
  clearTimeout(slow);
  entry.isFetching = false;
  entry.isSlow = false;
  publish(entry);
}

function entryFor(name: QueryName, args: unknown): Entry {
  const key = `${name} ${JSON.stringify(args)}`;
  let entry = entries.get(key);
  if (!entry) {
    const fresh: Entry = {
      name, args, value: undefined, error: undefined, isSlow: false, isFetching: false, isStale: true, watchers: new Set(),
      shown: { value: undefined, error: undefined, isSlow: false, refetch: () => void fetchInto(fresh) },
    };
    entry = fresh;
    entries.set(key, fresh);
    for (const [old, { watchers }] of entries) {
      if (entries.size <= entriesMax) break;
      if (watchers.size === 0 && old !== key) entries.delete(old);
    }
  }
  return entry;
}

function refetchConcerned(events: AppEvent[]) {
  for (const entry of entries.values()) {
    if (!events.some((event) => concerns(entry.name, entry.args, event))) continue;
    if (entry.watchers.size > 0) void fetchInto(entry);
    else entry.isStale = true;
  }
}
watchEvents(refetchConcerned);

const nothing: Query<never> = { value: undefined, error: undefined, isSlow: false, refetch: () => {} };

/** The engine's answer, kept current. `args` null asks nothing yet. */
export function useQuery<C extends QueryName & CommandName>(name: C, args: ArgsOf<C> | null): Query<ResultOf<C>> {
  const key = args && JSON.stringify(args);
  const [held, hold] = useState(() => ({ name, key, entry: args && entryFor(name, args) }));
  let entry = held.entry;
  if (held.key !== key || held.name !== name) {
    entry = args && entryFor(name, args);
    hold({ name, key, entry });
  }
  useEffect(() => {
    if (entry && (entry.isStale || entry.value === undefined)) void fetchInto(entry);
  }, [entry]);
  return useSyncExternalStore(
    (watcher) => {
      entry?.watchers.add(watcher);
      return () => void entry?.watchers.delete(watcher);
    },
    () => (entry?.shown ?? nothing) as Query<ResultOf<C>>,
  );
}

/** Forgets every answer, for tests. */
export function forgetAnswers() {
  entries.clear();
}
