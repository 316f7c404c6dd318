// The words that a note is found by.

import { useState } from "react";
import { edits, useEdit } from "../../engine/edit";
import type { DocumentName } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Bdi } from "../../parts/words";

export function Tags({ name, tags }: { name: DocumentName; tags: string[] }) {
  const { t } = useText();
  const edit = useEdit(name);
  const isReadOnly = useIsReadOnly();
  const [draft, setDraft] = useState<string | null>(null);
  if (isReadOnly && tags.length === 0) return null;
  const add = async () => {
    // One may paste several at once; «،» parts them as a comma does.
    const words = (draft ?? "").split(/[,،#\n]/).map((word) => word.trim()).filter((word) => word !== "" && !tags.includes(word));
    setDraft(null);
    if (words.length > 0) await edit(...words.map((word) => edits.insertKey([], "tags", word)));
  };
  return (
    <div className="row tags" role="group" aria-label={t("note.tags")}>
      {tags.map((tag) => (
        <span key={tag} className="chip tag">
          <Bdi>{tag}</Bdi>
          {!isReadOnly && <Button look="quiet" icon="close" label={t("note.remove_tag", { tag })} onPress={() => void edit(edits.removeKey([], "tags", tag))} />}
        </span>
      ))}
      {draft === null ? !isReadOnly && <Button look="quiet" icon="add" onPress={() => setDraft("")}>{t("note.add_tag")}</Button> : (
        <div className="tag-field" onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) void add();
          if (event.key === "Escape") setDraft(null);
        }}>
          <TextField label={t("note.new_tag")} isLabelHidden placeholder={t("note.new_tag")} value={draft} onChange={setDraft} onBlur={() => void add()} autoFocus />
        </div>
      )}
    </div>
  );
}
