// A text of a document as a field. What is typed is saved at each short pause, made of the version in which it was seen,
// so that the engine keeps what others write into the same text meanwhile. Nothing is merged here.

import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLeaving } from "../app/leaving";
import { edits, useSend } from "../engine/edit";
import { recordAt } from "../engine/record";
import { announce } from "../engine/store";
import type { DocumentView, Hash } from "../engine/types";
import { caretAfter } from "./caret";
import { TextArea } from "./fields";

type Place = { view: DocumentView; at: string[]; field: string };
/** A text, and a version of its document in which it reads so. */
type Version = { text: string; heads: Hash[] };

/** Long enough not to save every letter, short enough to lose no sentence with a dead battery. */
const pauseMs = 400;

export function DocumentText({ view, at, field, ...rest }: Place & {
  label: string; isLabelHidden?: boolean; rows?: number; hint?: ReactNode; autoFocus?: boolean;
}) {
  const { draft, write, leave } = useDraft({ view, at, field });
  return <TextArea {...rest} value={draft} onChange={write} onBlur={() => void leave()} />;
}

function textIn(content: DocumentView["content"], at: string[], field: string): string {
  return String(recordAt(content, at)?.[field] ?? "");
}

function useDraft({ view, at, field }: Place) {
  const send = useSend();
  const seen: Version = { text: textIn(view.content, at, field), heads: view.heads };
  const [draft, setDraft] = useState(seen.text);
  // `base` is what the draft was made of. An answer of the engine that is `outdated` is older than `base`.
  const state = useRef({ draft, base: seen, seen, outdated: null as Hash[] | null, isSaving: false, isComposing: false, isGone: false, place: { view, at, field } });
  state.current.seen = seen;
  state.current.place = { view, at, field };
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const caret = useRef<{ area: HTMLTextAreaElement; at: [number, number] } | null>(null);

  const show = useCallback((text: string) => {
    state.current.draft = text;
    setDraft(text);
  }, []);

  /** Shows what the engine has, once it has everything that was typed. */
  const take = useCallback(() => {
    const { draft, base, seen, outdated, isSaving, isComposing } = state.current;
    if (isSaving || isComposing || draft !== base.text || seen.heads === outdated) return;
    state.current.base = seen;
    if (seen.text === draft) return;
    const area = document.activeElement;
    if (area instanceof HTMLTextAreaElement && area.value === draft) {
      caret.current = { area, at: [caretAfter(draft, seen.text, area.selectionStart), caretAfter(draft, seen.text, area.selectionEnd)] };
    }
    show(seen.text);
  }, [show]);

  const leave = useCallback(async () => {
    clearTimeout(timer.current);
    const now = state.current;
    if (now.isSaving) return;
    if (now.draft === now.base.text) return take();
    const { name } = now.place.view;
    const { at, field } = now.place;
    const text = now.draft;
    now.isSaving = true;
    const answer = await send("edit", { name, edits: [edits.setText(at, field, text)], heads: now.base.heads });
    now.isSaving = false;
    if (!answer) return;
    // What others wrote meanwhile is not in the field, so it is not in what the next edit is made of either.
    now.base = { text, heads: answer.heads };
    now.outdated = now.seen.heads;
    announce([{ event: "document_changed", name, by: [] }]);
    if (now.draft === text) return;
    if (now.isGone || document.visibilityState === "hidden") void leave();
    else timer.current = setTimeout(leave, pauseMs);
  }, [send, take]);

  useEffect(take, [seen.heads, seen.text, take]);

  useLayoutEffect(() => {
    if (caret.current) caret.current.area.setSelectionRange(...caret.current.at);
    caret.current = null;
  }, [draft]);

  useEffect(() => {
    const compose = ({ type }: Event) => {
      state.current.isComposing = type === "compositionstart";
      take();
    };
    document.addEventListener("compositionstart", compose);
    document.addEventListener("compositionend", compose);
    state.current.isGone = false;
    return () => {
      document.removeEventListener("compositionstart", compose);
      document.removeEventListener("compositionend", compose);
      state.current.isGone = true;
    };
  }, [take]);
  useLeaving(() => void leave());

  const write = useCallback(
    (text: string) => {
      show(text);
      clearTimeout(timer.current);
      timer.current = setTimeout(leave, pauseMs);
    },
    [show, leave],
  );
  return { draft, write, leave };
}
