// Where several people set a field at once: every value with its name, until someone chooses.

import { edits } from "../../engine/edit";
import type { Conflict, Plain } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Name } from "../../parts/words";
import { useConference } from "./context";

export function rivalsOf(conflicts: Conflict[], at: string[], field: string): Conflict | undefined {
  return conflicts.find((conflict) => conflict.field === field && conflict.at.join("/") === at.join("/"));
}

export function Rivals({ at, field, label, show = String }: { at: string[]; field: string; label: string; show?: (value: Plain) => string }) {
  const { t, relative } = useText();
  const { view, change } = useConference();
  const conflict = rivalsOf(view.conflicts, at, field);
  if (!conflict) return null;
  return (
    <div className="rivals" role="group" aria-label={t("conference.rivals", { field: label })}>
      <p className="small soft">{t("conference.rivals", { field: label })}</p>
      <ul>
        {conflict.rivals.map(({ value, by, at_ms }, index) => (
          <li key={index}>
            <span className="rival"><bdi>{show(value)}</bdi> <span className="small soft"><Name who={by} /> {relative(at_ms)}</span></span>
            <Button isWriting onPress={() => void change(edits.set(at, field, value))} label={t("conference.choose_rival", { value: show(value) })}>{t("conference.choose")}</Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
