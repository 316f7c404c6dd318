// A text being written: saved at pauses and when it is left, while what others write meanwhile joins it.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { caretAfter, rebased } from "./draft";

/** Long enough not to save every letter, short enough to lose no sentence with a dead battery. */
const pauseMs = 700;

/** `value` is what is stored; `save` gives whether the engine took it. */
export function useDraft(value: string, save: (text: string) => Promise<boolean>) {
  const [draft, setDraft] = useState(value);
  // `base` is the stored text that the draft was made of.
  const now = useRef({ draft, base: value, isSaving: false, save });
  now.current.save = save;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const caret = useRef<{ area: HTMLTextAreaElement; at: [number, number] } | null>(null);

  const show = useCallback((next: string) => {
    now.current.draft = next;
    setDraft(next);
  }, []);

  const leave = useCallback(async () => {
    clearTimeout(timer.current);
    const state = now.current;
    if (state.isSaving || state.draft === state.base) return;
    const [sent, base] = [state.draft, state.base];
    state.isSaving = true;
    state.base = sent;
    const isTaken = await state.save(sent);
    state.isSaving = false;
    if (!isTaken) state.base = base;
    // What was typed while the engine wrote is saved after it.
    else if (state.draft !== state.base) timer.current = setTimeout(leave, pauseMs);
  }, []);

  useEffect(() => {
    const state = now.current;
    // An answer that comes while one's own edit is under way may be older than it; the next one is not.
    if (state.isSaving || value === state.base) return;
    const next = rebased(state.base, state.draft, value);
    const area = document.activeElement;
    if (area instanceof HTMLTextAreaElement && area.value === state.draft) {
      caret.current = { area, at: [caretAfter(state.draft, next, area.selectionStart), caretAfter(state.draft, next, area.selectionEnd)] };
    }
    state.base = value;
    show(next);
  }, [value, show]);

  useLayoutEffect(() => {
    if (caret.current) caret.current.area.setSelectionRange(...caret.current.at);
    caret.current = null;
  }, [draft]);

  // Leaving the screen or the app is leaving the text.
  useEffect(() => {
    const hide = () => document.visibilityState === "hidden" && void leave();
    document.addEventListener("visibilitychange", hide);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      void leave();
    };
  }, [leave]);

  const write = useCallback(
    (next: string) => {
      show(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(leave, pauseMs);
    },
    [show, leave],
  );
  return { draft, write, leave };
}
