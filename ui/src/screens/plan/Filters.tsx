// Which items are shown: four conditions with their counts at hand, the rest in a sheet.

import { useState } from "react";
import { ToggleButton } from "react-aria-components";
import { compareNames } from "../../arabic/names";
import type { PlanItem, Status } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { type Option, Select } from "../../parts/choices";
import { Icon } from "../../parts/Icon";
import { Sheet } from "../../parts/overlays";
import { Bdi } from "../../parts/words";
import { statuses } from "./rules";
import { type Condition, conditions, type Judge, meets, type Shown } from "./shown";

/** Stands for no choice in the lists, where no name can be it. */
const any = "*";

export function Filters({ items, shown, judge, onChange }: { items: readonly PlanItem[]; shown: Shown; judge: Judge; onChange: (part: Partial<Shown>) => void }) {
  const { t } = useText();
  const [isOpened, setIsOpened] = useState(false);
  const chosen = [
    shown.status && { part: { status: null }, label: t(`plan.status_${shown.status}`) },
    shown.responsible && { part: { responsible: null }, label: shown.responsible },
    shown.committee && { part: { committee: null }, label: shown.committee },
  ].filter((each) => !!each);
  const toggle = (condition: Condition, isOn: boolean) =>
    onChange({ conditions: conditions.filter((each) => (each === condition ? isOn : shown.conditions.includes(each))) });
  return (
    <div className="filters" role="group" aria-label={t("plan.filters")}>
      {conditions.map((condition) => (
        <ToggleButton key={condition} className="filter" isSelected={shown.conditions.includes(condition)} onChange={(isOn) => toggle(condition, isOn)}>
          {t(`plan.${condition}`)}
          <Count of={items.filter((item) => meets(item, condition, judge)).length} />
        </ToggleButton>
      ))}
      {chosen.map(({ part, label }) => (
        <Button key={label} look="quiet" className="filter is-chosen" label={t("plan.remove_filter", { name: label })} onPress={() => onChange(part)}>
          <Bdi>{label}</Bdi>
          <Icon name="close" size={16} />
        </Button>
      ))}
      <Button look="quiet" icon="filter" onPress={() => setIsOpened(true)}>{t("plan.filter")}</Button>
      {isOpened && <FilterSheet items={items} shown={shown} onClose={() => setIsOpened(false)} onChange={onChange} />}
    </div>
  );
}

/** No zero: as ٠ it would look like a dot. */
export function Count({ of: count }: { of: number }) {
  const { number } = useText();
  return count > 0 ? <span className="count numeric">{number(count)}</span> : null;
}

function FilterSheet({ items, shown, onClose, onChange }: { items: readonly PlanItem[]; shown: Shown; onClose: () => void; onChange: (part: Partial<Shown>) => void }) {
  const { t } = useText();
  const { status, responsible, committee } = shown;
  const [draft, setDraft] = useState({ status, responsible, committee });
  const named = (field: "responsible" | "committee") =>
    [...new Set(items.map((item) => item[field]).filter((name): name is string => !!name?.trim()))].toSorted(compareNames).map((name) => ({ id: name, label: name }));
  const withAny = <Id extends string>(options: Option<Id>[]): Option<Id | typeof any>[] => [{ id: any, label: t("plan.any") }, ...options];
  const apply = () => {
    onClose();
    // A move to another address closes whatever lies over the screen, so the sheet goes first.
    setTimeout(onChange, 0, draft);
  };
  return (
    <Sheet title={t("plan.filters")} isOpen onClose={onClose} actions={<Button look="primary" onPress={apply}>{t("common.done")}</Button>}>
      <div className="stack">
        <Select label={t("plan.responsible")} value={draft.responsible ?? any} options={withAny(named("responsible"))}
          onChange={(id) => setDraft({ ...draft, responsible: id === any ? null : id })} />
        <Select label={t("plan.committee")} value={draft.committee ?? any} options={withAny(named("committee"))}
          onChange={(id) => setDraft({ ...draft, committee: id === any ? null : id })} />
        <Select<Status | typeof any> label={t("plan.status")} value={draft.status ?? any} options={withAny<Status>(statuses.map((id) => ({ id, label: t(`plan.status_${id}`) })))}
          onChange={(id) => setDraft({ ...draft, status: id === any ? null : id })} />
      </div>
    </Sheet>
  );
}
