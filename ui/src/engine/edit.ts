// Sending edits and other commands: refused while the disk fails, told in words where the engine refuses.

import { useCallback, useMemo, useRef } from "react";
import { useText } from "../i18n/text";
import { toast } from "../parts/toast";
import { type ArgsOf, call, type CommandName, Failure, type ResultOf } from "./bridge";
import { announce, appState } from "./store";
import { inTurn } from "./turns";
import type { DocumentName, DocumentView, Edit, Hash, ItemId, Plain, Position } from "./types";

/** A fresh name for an item: 128 random bits, so that two devices never choose the same. */
export function newId(): ItemId {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Short makers of the edits in `Edit`. */
export const edits = {
  set: (at: string[], field: string, value: Plain | null): Edit => ({ edit: "set", at, field, value }),
  setText: (at: string[], field: string, text: string): Edit => ({ edit: "set_text", at, field, text }),
  insertKey: (at: string[], field: string, key: string): Edit => ({ edit: "insert_key", at, field, key }),
  removeKey: (at: string[], field: string, key: string): Edit => ({ edit: "remove_key", at, field, key }),
  /** `at` ends with the collection's name. */
  add: (at: string[], id: ItemId, position: Position = "last"): Edit => ({ edit: "add", at, id, position }),
  moveTo: (at: string[], position: Position): Edit => ({ edit: "move_to", at, position }),
  remove: (at: string[]): Edit => ({ edit: "remove", at }),
  restore: (at: string[]): Edit => ({ edit: "restore", at }),
};

/** Runs a command, edits of one document one after the other; a failure is told in a notice and gives undefined. */
export function useSend() {
  const { t } = useText();
  return useCallback(
    async <C extends CommandName>(name: C, args: ArgsOf<C>): Promise<ResultOf<C> | undefined> => {
      try {
        if (appState().storageFailure !== null) throw new Failure("storage", "the disk cannot be written");
        const ask = () => call(name, args);
        return await (name === "edit" ? inTurn((args as ArgsOf<"edit">).name, ask) : ask());
      } catch (cause) {
        toast({ text: t(`common.failure_${(cause as Failure).code}`), isFailure: true });
        return undefined;
      }
    },
    [t],
  );
}

/** Sends edits of one document on top of a version that was seen, so that what others set since stands beside it until
 *  someone chooses. Gives the version after them; undefined after telling a failure in a notice. */
export function useEditFrom(name: DocumentName) {
  const send = useSend();
  const { space, document } = name;
  return useCallback(
    async (heads: Hash[] | null, ...all: Edit[]): Promise<Hash[] | undefined> => {
      const answer = await send("edit", { name: { space, document }, edits: all, ...(heads && { heads }) });
      // What was just edited is asked for again at once, whether or not the engine tells of one's own edits.
      if (answer) announce([{ event: "document_changed", name: { space, document }, by: [] }]);
      return answer?.heads;
    },
    [send, space, document],
  );
}

/** Sends edits of one document as it is now; gives whether the engine took them. */
export function useEdit(name: DocumentName) {
  const editFrom = useEditFrom(name);
  return useCallback(async (...all: Edit[]): Promise<boolean> => (await editFrom(null, ...all)) !== undefined, [editFrom]);
}

/** Sends edits on top of a version, or of the shown one; gives whether the engine took them. */
export type EditSeen = {
  edit: (...all: Edit[]) => Promise<boolean>;
  editFrom: (heads: Hash[], ...all: Edit[]) => Promise<boolean>;
};

/** Edits of one document on top of the version that the page shows, so that what others set since stands beside it until
 *  someone chooses. They are sent one after the other, and each builds on one's own before, which the page may not show yet. */
export function useEditSeen({ name, heads }: Pick<DocumentView, "name" | "heads">): EditSeen {
  const send = useEditFrom(name);
  const shown = useRef(heads);
  shown.current = heads;
  // What each version became by one's own edits.
  const own = useRef(new Map<string, Hash[]>());
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  return useMemo(() => {
    const withOwn = (heads: Hash[]): Hash[] => {
      const after = own.current.get(heads.join());
      return after ? withOwn(after) : heads;
    };
    const editFrom = (heads: Hash[], ...all: Edit[]): Promise<boolean> => {
      const sent = turn.current.then(async () => {
        const from = withOwn(heads);
        const after = await send(from, ...all);
        // An edit that changes nothing leaves the version as it is.
        if (after && after.join() !== from.join()) own.current.set(from.join(), after);
        return after !== undefined;
      });
      turn.current = sent;
      return sent;
    };
    return { editFrom, edit: (...all) => editFrom(shown.current, ...all) };
  }, [send]);
}
