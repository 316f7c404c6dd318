// The note's title, typed in place. It is stored at a pause and when it is left, as the text is.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLeaving } from "../../app/leaving";
import { dirOf } from "../../arabic/names";
import { edits, useEditFrom } from "../../engine/edit";
import type { DocumentView, Hash } from "../../engine/types";
import { useText } from "../../i18n/text";
import { useIsReadOnly } from "../../parts/ReadOnly";

const pauseMs = 600;

type TitleFieldProps = {
  view: DocumentView; title: string; leave: () => void;
  /** Holds what stands in the field, stored or not. */
  shown: RefObject<string>;
};

export function TitleField({ view: { name, heads }, title, leave, shown }: TitleFieldProps) {
  const { t } = useText();
  const editFrom = useEditFrom(name);
  const isReadOnly = useIsReadOnly();
  const [draft, setDraft] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const value = draft ?? title;
  shown.current = value;
  // The version in which what is typed was begun, or stored last.
  const base = useRef<Hash[] | null>(null);
  const store = async (text: string) => {
    if (text.trim() !== title) {
      const stored = await editFrom(base.current, edits.set([], "title", text.trim()));
      if (!stored) return;
      base.current = stored;
    }
  };
  // Once the title that is read is the one that was typed.
  useEffect(() => {
    if (draft?.trim() === title && document.activeElement !== area.current) setDraft(null);
  });
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
        onChange={({ target }) => {
          if (draft === null) base.current = heads;
          setDraft(target.value.replace(/\s*\n\s*/g, " "));
        }}
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
