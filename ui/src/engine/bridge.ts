// The one file that knows Tauri. In a browser the same commands go to a test host on the page's own origin.

import { invoke } from "@tauri-apps/api/core";
import { listen as listenTauri } from "@tauri-apps/api/event";
import type { AppEvent, CommandError, Commands, RawCommands } from "./types";

export type CommandName = keyof Commands;
export type ArgsOf<C extends CommandName> = Commands[C]["args"];
export type ResultOf<C extends CommandName> = Commands[C]["result"];

type RawName = keyof RawCommands;
type RawBody<C extends RawName> = RawCommands[C] extends { body: infer Body } ? [body: Body] : [];
/** Commands without a named result give bytes. */
type RawResult<C extends RawName> = RawCommands[C] extends { result: infer Result } ? Result : Uint8Array;

export const isInWindow = "__TAURI_INTERNALS__" in window;

/** What a command failed with: `code` has words in the catalogue, `message` is for the log. */
export class Failure extends Error {
  constructor(readonly code: CommandError["code"], message: string) {
    super(message);
  }
}

function failure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const error = cause as Partial<CommandError> | null;
  return new Failure(error?.code ?? "internal", error?.message ?? String(cause));
}

/** Runs a command of the engine; rejects with a `Failure`. */
export async function call<C extends CommandName>(name: C, args: ArgsOf<C>): Promise<ResultOf<C>> {
  try {
    if (isInWindow) return await invoke<ResultOf<C>>(name, args);
    const response = await fetch(`/cmd/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(args),
    });
    if (!response.ok) throw await response.json();
    return await response.json();
  } catch (cause) {
    throw failure(cause);
  }
}

/** Runs a command that takes or gives bytes; rejects with a `Failure`. */
export async function callRaw<C extends RawName>(name: C, args: RawCommands[C]["args"], ...[body]: RawBody<C>): Promise<RawResult<C>> {
  // Percent-encoded, since a header and an address hold only Latin letters and file names here rarely do.
  const encoded = encodeURIComponent(JSON.stringify(args));
  const bytes = (body as Uint8Array<ArrayBuffer> | undefined) ?? new Uint8Array();
  try {
    if (isInWindow) {
      const answer = await invoke<ArrayBuffer | RawResult<C>>(name, bytes, { headers: { "x-args": encoded } });
      return (answer instanceof ArrayBuffer ? new Uint8Array(answer) : answer) as RawResult<C>;
    }
    const response = await fetch(`/raw/${name}?args=${encoded}`, { method: "POST", body: bytes });
    if (!response.ok) throw await response.json();
    const isJson = response.headers.get("content-type")?.includes("json");
    return (isJson ? await response.json() : new Uint8Array(await response.arrayBuffer())) as RawResult<C>;
  } catch (cause) {
    throw failure(cause);
  }
}

/** Hands over each batch of the engine's events until the returned function is called. `onGap` tells that some may
 *  have been missed, as while the test host was away. */
export function listen(handler: (events: AppEvent[]) => void, onGap: () => void): () => void {
  if (isInWindow) {
    const stop = listenTauri<AppEvent[]>("engine", ({ payload }) => handler(payload));
    return () => void stop.then((unlisten) => unlisten());
  }
  let socket: WebSocket;
  let isStopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const open = (isAgain: boolean) => {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/events`);
    socket.onopen = () => isAgain && onGap();
    socket.onmessage = (message) => handler(JSON.parse(message.data));
    socket.onclose = () => {
      if (!isStopped) retry = setTimeout(open, 1000, true);
    };
  };
  open(false);
  return () => {
    isStopped = true;
    clearTimeout(retry);
    socket.close();
  };
}
