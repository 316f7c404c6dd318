// The committees: what each is for, who chairs it and who sits in it.

import { useState } from "react";
import { edits, newId } from "../../engine/edit";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Empty } from "../../parts/states";
import { present } from "./timetable";
import { useConference } from "./context";
import { TextValue, WordsInPlace } from "./InPlace";
import { Keys } from "./Keys";
import { Fact } from "./Letterhead";
import { RowMenu } from "./RowMenu";

export function Committees() {
  const { t } = useText();
  const { conference } = useConference();
  const isReadOnly = useIsReadOnly();
  const committees = present(conference.committees);
  return (
    <div className="stack">
      {committees.length === 0 && <Empty title={t("conference.committees_empty")} hint={isReadOnly ? undefined : t("conference.committees_empty_hint")} />}
      {committees.map((committee) => {
        const at = ["committees", committee.id];
        return (
          <section key={committee.id} className="committee">
            <header className="spread">
              <h2><TextValue at={at} field="name" label={t("conference.committee_name")} value={committee.name} /></h2>
              <RowMenu about={committee.name ?? ""} of={["committees"]} id={committee.id} all={conference.committees.map(({ id }) => id)} shown={committees.map(({ id }) => id)} />
            </header>
            <WordsInPlace at={at} field="mandate" label={t("conference.mandate")} value={committee.mandate} empty={t("conference.mandate_empty")} />
            <dl className="facts">
              <Fact label={t("conference.chair")} isShown={committee.chair !== null || !isReadOnly}>
                <TextValue at={at} field="chair" label={t("conference.chair")} value={committee.chair} empty={t("conference.chair_empty")} />
              </Fact>
              <Fact label={t("conference.members")} isShown={committee.members.length > 0 || !isReadOnly}>
                <Keys at={at} field="members" label={t("conference.members")} add={t("conference.add_member")} keys={committee.members} />
              </Fact>
            </dl>
          </section>
        );
      })}
      <AddCommittee />
    </div>
  );
}

function AddCommittee() {
  const { t } = useText();
  const { change } = useConference();
  const [name, setName] = useState<string | null>(null);
  const isReadOnly = useIsReadOnly();
  if (isReadOnly) return null;
  if (name === null) return <div className="row not-printed"><Button icon="add" isWriting onPress={() => setName("")}>{t("conference.add_committee")}</Button></div>;
  const add = async () => {
    const id = newId();
    if (name.trim() && (await change(edits.add(["committees"], id), edits.set(["committees", id], "name", name.trim())))) setName(null);
  };
  return (
    <form className="add-form not-printed" onSubmit={(event) => { event.preventDefault(); void add(); }}>
      <TextField label={t("conference.committee_name")} value={name} onChange={setName} autoFocus />
      <div className="row">
        <Button look="primary" type="submit" isWriting isDisabled={!name.trim()}>{t("common.add")}</Button>
        <Button look="quiet" onPress={() => setName(null)}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
