// The values that several people gave one field at once, with their names, until someone chooses.

import { edits, useEditSeen } from "../../engine/edit";
import type { DocumentView, Plain } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { toast } from "../../parts/toast";
import { Name, Written } from "../../parts/words";
import { useFieldWords } from "./fields";
import { peopleIn } from "./people";
import "./looking.css";

/** Nothing where the field at this place has one value. */
export function Rivals({ view, at, field }: { view: DocumentView; at: string[]; field: string }) {
  const { t, relative } = useText();
  const { fieldName, valueWords } = useFieldWords();
  // Of those that are shown: one more that comes meanwhile goes on standing beside what is chosen.
  const { edit } = useEditSeen(view);
  const conflict = view.conflicts.find((each) => each.field === field && each.at.join("/") === at.join("/"));
  if (!conflict) return null;
  const words = (value: Plain) => valueWords(field, value, peopleIn(view.content)) ?? t("looking.no_value");
  const choose = async (value: Plain) => {
    if (await edit(edits.set(at, field, value))) toast({ text: t("looking.chosen") });
  };
  return (
    <div className="rivals" role="group" aria-label={fieldName(field)}>
      <p className="small">{t("looking.rivals", { field: fieldName(field) })}</p>
      <ul className="ruled">
        {conflict.rivals.map(({ value, by, at_ms }, index) => (
          <li key={index}>
            <span className="rival"><strong dir="auto"><Written text={words(value)} /></strong> <span className="small soft"><Name who={by} /> {relative(at_ms)}</span></span>
            <Button isWriting label={t("looking.choose_rival", { value: words(value) })} onPress={() => void choose(value)}>{t("looking.choose")}</Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
