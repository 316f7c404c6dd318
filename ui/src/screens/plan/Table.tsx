// The plan as a table to sort. Only the rows near the screen are there, so that a thousand items scroll as ten do.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { DateText, DocumentName, Item, ItemId, PlanItem } from "../../engine/types";
import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Select } from "../../parts/choices";
import { Icon } from "../../parts/Icon";
import { Bdi, Written } from "../../parts/words";
import { Due, Owner, Progress, Unsettled } from "./ItemMarks";
import { statusOf } from "./rules";
import { type Column, columns, type Sort, sorted } from "./sort";
import { useWidth } from "./width";

/** Below this a row is a paragraph with its particulars under it. */
const columnsWidthMin = 680;
const rowHeightLikely = 88;

export function Table({ name, items, today, openItem, address, sort, onSort }: {
  name: DocumentName; items: readonly Item<PlanItem>[]; today: DateText; openItem: ItemId | undefined; address: string | undefined;
  sort: Sort | null; onSort: (sort: Sort | null) => void;
}) {
  const { t } = useText();
  const [width, measure] = useWidth();
  const isWide = width >= columnsWidthMin;
  const rows = useMemo(() => sorted(items, sort, today), [items, sort, today]);
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => body.current?.closest<HTMLElement>(".pane") ?? null,
    estimateSize: () => rowHeightLikely,
    getItemKey: (index) => rows[index]!.id,
    overscan: 8,
    scrollMargin: offset,
  });
  // What stands above the rows in the same pane may grow and shrink with every change.
  useLayoutEffect(() => {
    const pane = body.current?.closest(".pane");
    if (!pane || !body.current) return;
    const next = Math.round(body.current.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop);
    if (next !== offset) setOffset(next);
  });
  return (
    <div ref={measure} className={isWide ? "items-table is-wide" : "items-table"} role="table" aria-label={t("plan.table_scroll")} aria-rowcount={rows.length + 1}>
      {isWide ? (
        <div role="row" className="table-row table-head" aria-rowindex={1}>
          {columns.map((column) => <HeadCell key={column} column={column} sort={sort} onSort={onSort} />)}
        </div>
      ) : <SortSelect sort={sort} onSort={onSort} />}
      <div ref={body} role="rowgroup" className="table-body" style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const item = rows[index]!;
          return (
            <div key={key} data-index={index} ref={virtual.measureElement} role="row" aria-rowindex={index + 2} aria-current={item.id === openItem || undefined} className="table-row"
              style={{ transform: `translateY(${start - offset}px)` }}>
              <div role="cell" className="cell-wording">
                <To route="plan-item" params={{ ...name, item: item.id, ...{ view: address } }} className="card-words">
                  <span className="text" dir="auto"><Written text={item.wording || t("plan.no_wording")} /></span>
                </To>
                <Unsettled item={item} />
              </div>
              <div role="cell"><Owner item={item} /></div>
              <div role="cell"><Bdi>{item.committee}</Bdi></div>
              <div role="cell" className="cell-due"><Due item={item} today={today} /></div>
              <div role="cell">{t(`plan.status_${statusOf(item)}`)}</div>
              <div role="cell"><Progress item={item} /></div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Once for up, twice for down, a third time for the plan's own order. */
function nextSort(sort: Sort | null, column: Column): Sort | null {
  if (sort?.by !== column) return { by: column, isDescending: false };
  return sort.isDescending ? null : { by: column, isDescending: true };
}

function HeadCell({ column, sort, onSort }: { column: Column; sort: Sort | null; onSort: (sort: Sort | null) => void }) {
  const { t } = useText();
  const isSorted = sort?.by === column;
  return (
    <div role="columnheader" aria-sort={!isSorted ? "none" : sort.isDescending ? "descending" : "ascending"}>
      <button type="button" className="table-sort" onClick={() => onSort(nextSort(sort, column))}>
        {t(`plan.${column}`)}
        {isSorted && <span className={sort.isDescending ? "sort-mark" : "sort-mark is-up"}><Icon name="down" size={16} /></span>}
      </button>
    </div>
  );
}

const ownOrder = "*";

function SortSelect({ sort, onSort }: { sort: Sort | null; onSort: (sort: Sort | null) => void }) {
  const { t } = useText();
  return (
    <div className="table-order not-printed" role="row">
      <div role="cell">
        <Select<Column | typeof ownOrder> label={t("plan.sort_by")} value={sort?.by ?? ownOrder} onChange={(id) => onSort(id === ownOrder ? null : { by: id, isDescending: false })}
          options={[{ id: ownOrder, label: t("plan.own_order") }, ...columns.map((id) => ({ id, label: t(`plan.${id}`) }))]} />
      </div>
    </div>
  );
}
