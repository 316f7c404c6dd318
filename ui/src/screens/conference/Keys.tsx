// A set of names: members of a committee, addressees of a recommendation.

import { useState } from "react";
import { edits } from "../../engine/edit";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Bdi, Organisation } from "../../parts/words";
import { compareNames } from "../../arabic/names";
import { useConference } from "./context";
import { OrganisationBox } from "./InPlace";

export function Keys({ at, field, label, add, keys, areOrganisations = false }: { at: string[]; field: string; label: string; add: string; keys: string[]; areOrganisations?: boolean }) {
  const { t } = useText();
  const { change, doUndoably } = useConference();
  const [draft, setDraft] = useState<string | null>(null);
  const isReadOnly = useIsReadOnly();
  const insert = async () => {
    const key = draft?.trim();
    if (key && (await change(edits.insertKey(at, field, key)))) setDraft("");
  };
  return (
    <div className="keys">
      <ul aria-label={label}>
        {keys.toSorted(compareNames).map((key) => (
          <li key={key} className="key">
            {areOrganisations ? <Organisation name={key} /> : <Bdi>{key}</Bdi>}
            {!isReadOnly && (
              <Button look="quiet" icon="close" className="not-printed" label={t("conference.remove_key", { name: key })}
                onPress={() => void doUndoably(t("conference.removed", { name: key }), [edits.removeKey(at, field, key)], [edits.insertKey(at, field, key)])} />
            )}
          </li>
        ))}
      </ul>
      {!isReadOnly && draft === null && <Button look="quiet" icon="add" isWriting className="not-printed" onPress={() => setDraft("")}>{add}</Button>}
      {!isReadOnly && draft !== null && (
        <form className="key-form not-printed" onSubmit={(event) => { event.preventDefault(); void insert(); }}>
          {areOrganisations ? <OrganisationBox label={add} value={draft} onChange={setDraft} /> : <TextField label={add} value={draft} onChange={setDraft} autoFocus />}
          <div className="row">
            <Button type="submit" isWriting isDisabled={!draft.trim()}>{t("common.add")}</Button>
            <Button look="quiet" onPress={() => setDraft(null)}>{t("common.done")}</Button>
          </div>
        </form>
      )}
    </div>
  );
}
