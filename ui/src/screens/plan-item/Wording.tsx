// The wording as a text to edit: stored at each short pause, and others' changes come in while nothing waits.

import { useCallback, useEffect, useRef, useState } from "react";
import { edits, useEdit } from "../../engine/edit";
import type { DocumentName } from "../../engine/types";
import { useText } from "../../i18n/text";
import { TextArea } from "../../parts/fields";

const pauseMs = 400;

export function Wording({ name, at, wording }: { name: DocumentName; at: string[]; wording: string }) {
  const { t } = useText();
  const edit = useEdit(name);
  const [draft, setDraft] = useState(wording);
  /** What was typed and is not stored; null when the engine has all of it. */
  const unsent = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const path = at.join("/");
  const store = useCallback(async () => {
    clearTimeout(timer.current);
    const text = unsent.current;
    if (text === null) return;
    const isStored = await edit(edits.setText(path.split("/"), "wording", text));
    if (isStored && unsent.current === text) unsent.current = null;
  }, [edit, path]);
  useEffect(() => {
    if (unsent.current === null) setDraft(wording);
  }, [wording]);
  useEffect(() => {
    // The page may be ended at any time after it is hidden, and the screen may change before the pause is over.
    const leave = () => void store();
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", leave);
      leave();
    };
  }, [store]);
  const type = (text: string) => {
    setDraft(text);
    unsent.current = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void store(), pauseMs);
  };
  return <TextArea label={t("plan.wording")} value={draft} onChange={type} onBlur={() => void store()} rows={3} />;
}
