// The engine's hits for what is typed: asked at most once a frame and one question at a time, the last answer shown
// until a newer one is there.

import { useEffect, useRef, useState } from "react";
import { call, type Failure } from "../../engine/bridge";
import { watchEvents } from "../../engine/store";
import type { Hit, SpaceId } from "../../engine/types";

export type Found = {
  /** What the hits are for, which may be an older question than the one in the field. */
  query: string; hits: Hit[]; error: Failure | null;
};

export function useHits(query: string, space: SpaceId | null): Found | null {
  const [found, setFound] = useState<Found | null>(null);
  const wanted = useRef({ query, space });
  const isAsking = useRef(false);
  const isAskedAgain = useRef(false);
  const ask = useRef(async () => {
    if (isAsking.current) return void (isAskedAgain.current = true);
    isAsking.current = true;
    do {
      isAskedAgain.current = false;
      const asked = wanted.current;
      if (asked.query.trim() === "") {
        setFound(null);
        continue;
      }
      let answer: Found;
      try {
        answer = { query: asked.query, hits: await call("search", asked), error: null };
      } catch (cause) {
        answer = { query: asked.query, hits: [], error: cause as Failure };
      }
      // What was typed meanwhile is asked next; an answer to an older question is not shown.
      if (asked === wanted.current) setFound(answer);
      else isAskedAgain.current = true;
    } while (isAskedAgain.current);
    isAsking.current = false;
  });
  useEffect(() => {
    wanted.current = { query, space };
    const frame = requestAnimationFrame(() => void ask.current());
    return () => cancelAnimationFrame(frame);
  }, [query, space]);
  useEffect(
    () => watchEvents((events) => {
      if (events.some(({ event }) => event === "documents_changed" || event === "document_changed")) void ask.current();
    }),
    [],
  );
  return found;
}
