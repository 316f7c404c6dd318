// The plan by month, a row for each responsible organisation. Time runs with the line: from the right in Arabic.

import { type ReactNode, useMemo } from "react";
import { compareNames } from "../../arabic/names";
import type { DateText, DocumentName, Item, ItemId, PlanItem } from "../../engine/types";
import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Empty } from "../../parts/states";
import { Organisation, Written } from "../../parts/words";
import { grouped } from "../looking/grouped";
import { Unsettled } from "./ItemMarks";
import { monthOf, stretches } from "./months";
import { isLate, nextDue, statusOf } from "./rules";

type Dated = { item: Item<PlanItem>; due: DateText };

export function Timeline({ name, items, today, openItem, address }: {
  name: DocumentName; items: readonly Item<PlanItem>[]; today: DateText; openItem: ItemId | undefined; address: string | undefined;
}) {
  const { t, monthYear } = useMonths();
  const { dated, undated } = useMemo(() => split(items, today), [items, today]);
  const columns = useMemo(() => stretches(dated.map(({ due }) => due), today), [dated, today]);
  const owners = useMemo(() => rowsOf(dated), [dated]);
  const link = ({ id, wording }: Item<PlanItem>) => (
    <To route="plan-item" params={{ ...name, item: id, ...{ view: address } }} className="timeline-link" isCurrent={openItem === id}>
      <span dir="auto"><Written text={wording || t("plan.no_wording")} /></span>
    </To>
  );
  return (
    <>
      {dated.length === 0 ? <Empty title={t("plan.no_dates")} hint={t("plan.no_dates_hint")} /> : (
        <div className="timeline" role="region" aria-label={t("plan.timeline_label")} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("plan.responsible")}</th>
                {columns.map((column) => "month" in column ? (
                  <th key={column.month} scope="col" className={column.month === monthOf(today) ? "is-now" : ""}>
                    {monthYear(column.month)}
                    {column.month === monthOf(today) && <span className="soft small">{t("plan.this_month")}</span>}
                  </th>
                ) : <th key={`${column.gapAfter} gap`} scope="col" className="is-gap soft small">{t("plan.months_gap", { count: column.months })}</th>)}
              </tr>
            </thead>
            <tbody>
              {owners.map(({ owner, items: row }) => (
                <tr key={owner ?? ""}>
                  <th scope="row">{owner ? <Organisation name={owner} /> : <span className="lacking">{t("plan.without_owner")}</span>}</th>
                  {columns.map((column) => "month" in column ? (
                    <td key={column.month} className={column.month === monthOf(today) ? "is-now" : ""}>
                      <ul>{row.filter(({ due }) => monthOf(due) === column.month).map((each) => <li key={each.item.id}><Entry {...each} today={today} link={link(each.item)} /></li>)}</ul>
                    </td>
                  ) : <td key={`${column.gapAfter} gap`} className="is-gap" />)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {undated.length > 0 && (
        <section className="timeline-undated">
          <h2>{t("plan.without_date")}</h2>
          <ul className="ruled">{undated.map((item) => <li key={item.id}>{link(item)}<Unsettled item={item} /></li>)}</ul>
        </section>
      )}
    </>
  );
}

function split(items: readonly Item<PlanItem>[], today: DateText): { dated: Dated[]; undated: Item<PlanItem>[] } {
  const all = items.map((item) => ({ item, due: nextDue(item, today) }));
  return {
    dated: all.filter((each): each is Dated => each.due !== null).toSorted((one, other) => one.due.localeCompare(other.due)),
    undated: all.filter(({ due }) => due === null).map(({ item }) => item),
  };
}

/** What has no owner stands first, since it needs one. */
function rowsOf(dated: readonly Dated[]): { owner: string | null; items: Dated[] }[] {
  return grouped(dated, ({ item }) => item.responsible?.trim() || null)
    .map(([owner, items]) => ({ owner, items }))
    .toSorted((one, other) => compareNames(one.owner ?? "", other.owner ?? ""));
}

function Entry({ item, due, today, link }: Dated & { today: DateText; link: ReactNode }) {
  const { t, date } = useText();
  const status = statusOf(item);
  return (
    <div className="timeline-entry">
      <span className={isLate(item, today) ? "is-late small" : "small soft"}>
        <time dateTime={due}>{date(due, "day")}</time>
        {isLate(item, today) ? ` (${t("plan.late")})` : status !== "open" && ` (${t(`plan.status_${status}`)})`}
      </span>
      {link}
      <Unsettled item={item} />
    </div>
  );
}

function useMonths() {
  const text = useText();
  // The day's own words without the day: the month in the chosen family of names, and the year.
  const monthYear = (month: string) => text.date(`${month}-01`).replace(/^\S+\s/, "");
  return { ...text, monthYear };
}
