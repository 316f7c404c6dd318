// The planned work that presses, each with its day.

import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Bdi, Organisation } from "../../parts/words";
import type { DueLine } from "./due";

export function Due({ lines }: { lines: DueLine[] }) {
  const { t, date } = useText();
  if (lines.length === 0) return null;
  return (
    <section className="part">
      <h2>{t("conference.due")}</h2>
      <ul className="ruled">
        {lines.map(({ plan, item, due, isLate }) => (
          <li key={item.id}>
            <To route="plan-item" params={{ ...plan.name, item: item.id }} className="line due-line">
              <Bdi className="due-words">{item.wording || t("conference.nameless")}</Bdi>
              <span className="small due-facts">
                <span className={isLate ? "late" : "soft"}>{t(isLate ? "conference.late_since" : "conference.due_on", { date: date(due) })}</span>
                {item.responsible ? <Organisation name={item.responsible} /> : <span className="late">{t("conference.needs_owner")}</span>}
              </span>
            </To>
          </li>
        ))}
      </ul>
    </section>
  );
}
