// A note that one made just now and leaves without a word: it goes to the bin by itself, and nothing is said of it.

import { useEffect, useRef } from "react";
import { fresh } from "../../app/fresh";
import { shownHash } from "../../app/router";
import { settleNote } from "../../editor/session";
import { call } from "../../engine/bridge";
import { edits } from "../../engine/edit";
import type { DocumentName, Note } from "../../engine/types";

async function binIfEmpty(name: DocumentName) {
  // Its history, or the paste of a statement from it, is no way out of it.
  const isShown = () => shownHash().includes(name.document);
  if (isShown() || !(await settleNote(name))) return;
  const [{ content, is_binned }, { blocks }] = await Promise.all([call("document", { name, heads: null }), call("note_body", { name, heads: null })]);
  const { title, tags, attachments } = content as Note;
  const isWritten = blocks.some(({ is_embed, runs }) => is_embed || runs.some(({ text }) => text.trim() !== ""));
  if (title?.trim() || isWritten || tags.length > 0 || attachments.some(({ deleted_at_ms }) => deleted_at_ms === null)) return;
  if (isShown()) return;
  fresh.delete(name.document);
  if (!is_binned) await call("edit", { name, edits: [edits.remove([])] });
}

/** `isKept`: its screen holds something that the engine may not have yet. */
export function useBinnedIfEmpty(name: DocumentName, isKept: () => boolean) {
  const latest = useRef({ name, isKept });
  latest.current = { name, isKept };
  useEffect(
    () => () => {
      const { name, isKept } = latest.current;
      // A note that cannot be read or moved now stays as it is.
      if (fresh.has(name.document) && !isKept()) setTimeout(() => void binIfEmpty(name).catch(() => {}), 0);
    },
    [],
  );
}
