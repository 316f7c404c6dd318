// The values that several people gave one field at once, with their names, until someone chooses.

import { edits, useEdit } from "../../engine/edit";
import type { Conflict, DocumentName } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { toast } from "../../parts/toast";
import { Name } from "../../parts/words";
import { useFieldWords } from "./fields";
import "./looking.css";

export function Rivals({ name, conflict, named }: { name: DocumentName; conflict: Conflict; named?: (id: string) => string | null }) {
  const { t, relative } = useText();
  const { fieldName, valueWords } = useFieldWords();
  const edit = useEdit(name);
  const choose = async (value: Conflict["rivals"][number]["value"]) => {
    if (await edit(edits.set(conflict.at, conflict.field, value))) toast({ text: t("plan.chosen") });
  };
  return (
    <div className="rivals" role="group" aria-label={fieldName(conflict.field)}>
      <p className="small">{t("plan.conflict")}</p>
      <ul className="ruled">
        {conflict.rivals.map(({ value, by, at_ms }, index) => {
          const words = valueWords(conflict.field, value, named) ?? t("plan.no_value");
          return (
            <li key={index} className="spread">
              <span>
                <strong dir="auto">{words}</strong>
                <span className="soft small rival-by"><Name who={by} /> {relative(at_ms)}</span>
              </span>
              <Button isWriting label={t("plan.choose_value", { value: words })} onPress={() => void choose(value)}>{t("common.choose")}</Button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
