// The note's title, typed in place. It is stored at a pause and when it is left, as the text is.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLeaving } from "../../app/leaving";
import { dirOf } from "../../arabic/names";
import { edits, useEdit } from "../../engine/edit";
import type { DocumentView } from "../../engine/types";
import { useText } from "../../i18n/text";
import { useIsReadOnly } from "../../parts/ReadOnly";

const pauseMs = 600;

type TitleFieldProps = {
  view: DocumentView; title: string; leave: () => void;
  /** Holds what stands in the field, stored or not. */
  shown: RefObject<string>;
};

export function TitleField({ view: { name }, title, leave, shown }: TitleFieldProps) {
  const { t } = useText();
  const edit = useEdit(name);
  const isReadOnly = useIsReadOnly();
  const [draft, setDraft] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const value = draft ?? title;
  shown.current = value;
  const store = async (text: string) => {
    if (text.trim() !== title && !(await edit(edits.set([], "title", text.trim())))) return;
    // What was typed meanwhile is stored by its own pause.
    setDraft((now) => (now === text && document.activeElement !== area.current ? null : now));
  };
  const latest = useRef({ draft, store });
  latest.current = { draft, store };
  useEffect(() => {
    if (draft === null) return;
    const timer = setTimeout(() => void latest.current.store(draft), pauseMs);
    return () => clearTimeout(timer);
  }, [draft]);
  const storeNow = () => {
    if (latest.current.draft !== null) void latest.current.store(latest.current.draft);
  };
  useLeaving(storeNow);
  useLayoutEffect(() => {
    const element = area.current!;
    element.style.blockSize = "auto";
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [value]);
  return (
    <h1 className="note-title">
      <textarea ref={area} rows={1} dir={dirOf(value)} value={value} placeholder={t("note.untitled")} aria-label={t("note.title")} readOnly={isReadOnly}
        onChange={({ target }) => setDraft(target.value.replace(/\s*\n\s*/g, " "))}
        onBlur={storeNow}
        onKeyDown={(event) => {
          // While a word is being composed, Enter belongs to the keyboard.
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          leave();
        }} />
    </h1>
  );
}
