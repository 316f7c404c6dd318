// What an item says of itself beside its wording: who, until when, how far. What it lacks is said in words.

import type { DateText, Item, PlanItem } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Icon } from "../../parts/Icon";
import { Organisation } from "../../parts/words";
import { useFieldWords } from "../looking/fields";
import { isOpen, missed, needsDate, needsOwner, nextDue } from "./rules";
import "./item-marks.css";

export function Owner({ item }: { item: PlanItem }) {
  const { t } = useText();
  if (item.responsible?.trim()) return <Organisation name={item.responsible} />;
  return needsOwner(item) ? <span className="lacking">{t("plan.needs_owner")}</span> : null;
}

export function Due({ item, today }: { item: PlanItem; today: DateText }) {
  const { t, date } = useText();
  // Where a date was missed it is that one which matters, and not the next.
  const late = missed(item, today);
  const due = late ?? nextDue(item, today);
  if (needsDate(item)) return <span className="lacking">{t("plan.needs_date")}</span>;
  return (
    <>
      {due && <time dateTime={due} className="due">{date(due, due.slice(0, 4) === today.slice(0, 4) ? "day" : "long")}</time>}
      {late && <span className="is-late chip"><Icon name="clock" size={16} />{t("plan.late")}</span>}
      {item.recurrence && item.recurrence !== "none" && <span className="chip soft"><Icon name="sync" size={16} />{t(`plan.recurrence_${item.recurrence}`)}</span>}
      {!due && item.duration === "ongoing" && <span className="soft">{t("plan.duration_ongoing")}</span>}
    </>
  );
}

export function Progress({ item }: { item: PlanItem }) {
  const { percent } = useText();
  if (item.progress === null) return null;
  const share = Math.max(0, Math.min(100, item.progress));
  return (
    <span className="progress">
      <span className="progress-line" aria-hidden><span style={{ inlineSize: `${share}%` }} /></span>
      <span className="numeric">{percent(share)}</span>
    </span>
  );
}

/** The fields of an item that show one of several values, until someone chooses. */
export function Unsettled({ item }: { item: Item<PlanItem> }) {
  const { t, list } = useText();
  const { fieldName } = useFieldWords();
  if (item.conflicting.length === 0) return null;
  return <span className="unsettled chip small"><Icon name="problem" size={16} />{t("plan.unsettled", { fields: list(item.conflicting.map(fieldName)) })}</span>;
}

/** All of it in a line or two, for a card. */
export function ItemMarks({ item, today }: { item: Item<PlanItem>; today: DateText }) {
  return (
    <div className="item-marks small">
      <Owner item={item} />
      <Due item={item} today={today} />
      {isOpen(item) && <Progress item={item} />}
      <Unsettled item={item} />
    </div>
  );
}

/** The beginning of a wording, as a name for the item where the whole would be too long to hear. */
export function shortWording(wording: string): string {
  const words = wording.trim().split(/\s+/);
  return words.length > 8 ? `${words.slice(0, 8).join(" ")}…` : words.join(" ");
}
