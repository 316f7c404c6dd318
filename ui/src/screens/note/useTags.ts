// The tags of the notes in a list. Lines do not carry them, so the notes written last are read one after the other.

import { useEffect, useState } from "react";
import { call } from "../../engine/bridge";
import type { DocumentLine } from "../../engine/types";

/** More would keep the engine from answering what one does meanwhile. */
const readMax = 200;
const known = new Map<string, { edited: number; tags: string[] }>();

export function useTags(lines: DocumentLine[]): ReadonlyMap<string, string[]> {
  const [tags, setTags] = useState<ReadonlyMap<string, string[]>>(new Map());
  const key = lines.slice(0, readMax).map(({ name, last_edit_ms }) => `${name.document} ${last_edit_ms}`).join();
  useEffect(() => {
    let isGone = false;
    const read = async () => {
      const found = new Map<string, string[]>();
      for (const { name, last_edit_ms } of lines.slice(0, readMax)) {
        let entry = known.get(name.document);
        if (entry?.edited !== last_edit_ms) {
          try {
            const { content } = await call("document", { name, heads: null });
            entry = { edited: last_edit_ms, tags: content.kind === "note" ? content.tags : [] };
            known.set(name.document, entry);
          } catch {
            // A note that cannot be read has no tags to be found by; its own screen says why.
            continue;
          }
        }
        if (isGone) return;
        found.set(name.document, entry.tags);
      }
      setTags(found);
    };
    void read();
    return () => {
      isGone = true;
    };
  }, [key]);
  return tags;
}
