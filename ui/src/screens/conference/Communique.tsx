// The final communique, word for word.

import { go } from "../../app/router";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Empty } from "../../parts/states";
import { useConference } from "./context";
import { WordsArea } from "./InPlace";

export function Communique() {
  const { t } = useText();
  const { name, conference } = useConference();
  const isReadOnly = useIsReadOnly();
  if (isReadOnly && !conference.communique) return <Empty title={t("conference.communique_empty")} />;
  return (
    <div className="stack communique">
      <WordsArea at={[]} field="communique" label={t("conference.communique")} value={conference.communique} rows={12} hint={t("conference.communique_hint")} />
      {!isReadOnly && conference.communique.trim() && (
        <div className="row not-printed"><Button icon="statement" isWriting onPress={() => go("paste-statement", name)}>{t("conference.read_communique")}</Button></div>
      )}
    </div>
  );
}
