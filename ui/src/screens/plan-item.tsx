// One item of a plan: its wording and who, until when, how far; what was reported and what shows it. A screen on
// phones, beside the plan in wide windows.

import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { go } from "../app/router";
import type { Routes } from "../app/routes";
import { useIsWide } from "../app/Shell";
import { compareNames, sortKey } from "../arabic/names";
import { edits, useEdit, useEditSeen } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useApp } from "../engine/store";
import type { DocumentName, DocumentView, Duration, Hash, Item, Link, Plain, Plan, PlanItem, Recurrence, Status } from "../engine/types";
import { useText } from "../i18n/text";
import { NamedHere } from "../look/OrganisationMark";
import { Button, To } from "../parts/Button";
import { Segmented, Select } from "../parts/choices";
import { DocumentText } from "../parts/DocumentText";
import { DateField, NumberField } from "../parts/fields";
import { ReadOnly, useIsReadOnly } from "../parts/ReadOnly";
import { Answer, Empty, NotFound } from "../parts/states";
import { toast } from "../parts/toast";
import { Bdi, Hanging, Heading, Organisation, Written } from "../parts/words";
import { namedInPlan } from "./conference/named";
import { Rivals } from "./looking/Rivals";
import { EvidenceSection } from "./plan-item/Evidence";
import { NameField } from "./plan-item/NameField";
import { Remarks } from "./plan-item/Remarks";
import { shortWording } from "./plan/ItemMarks";
import { missed, needsDate, needsOwner, nextDue, recurrences, statuses, statusOf } from "./plan/rules";
import { kept } from "./plan/shown";
import { useToday } from "./plan/today";
import "./plan-item.css";

/** `view` is how the plan beside it is shown. */
type Params = Routes["plan-item"] & { view?: string };

export default function PlanItemScreen({ params }: { params: Params }) {
  const { t } = useText();
  const query = useQuery("document", { name: { space: params.space, document: params.document }, heads: null });
  return (
    <Answer query={query}>
      {(view) => {
        if (view.content.kind !== "plan") return <NotFound />;
        const item = kept(view.content.items).find(({ id }) => id === params.item);
        return (
          <ReadOnly when={!view.may_write || view.is_binned}><section aria-label={t("plan.item")}>
            <ItemHeading plan={view.content} params={params} words={item ? shortWording(item.wording) : ""} />
            <NamedHere names={namedInPlan(view.content)}>
              {item ? <ItemView view={view} plan={view.content} item={item} params={params} /> : <Gone view={view} params={params} title={t("plan.item_gone")} />}
            </NamedHere>
          </section></ReadOnly>
        );
      }}
    </Answer>
  );
}

const planOf = ({ space, document, view }: Params): Routes["plan"] => ({ space, document, ...(view ? { view } : {}) });

/** Of all items the heading is the same word; those who hear it learn which one it is. */
function ItemHeading({ plan, params, words }: { plan: Plan; params: Params; words: string }) {
  const { t } = useText();
  const isBeside = useIsWide(1024);
  const heading = useRef<HTMLDivElement>(null);
  const close = () => go("plan", planOf(params));
  useEscape(isBeside, heading, close);
  // Beside the plan the main pane keeps the focus; it follows to what was opened.
  useEffect(() => {
    if (isBeside) heading.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [isBeside]);
  return (
    <div ref={heading}>
      <Heading above={<To route="plan" params={planOf(params)}><Bdi>{plan.title || t("plan.untitled")}</Bdi></To>}
        actions={isBeside && <Button look="quiet" icon="close" label={t("plan.close_item")} onPress={close} />}>
        {t("plan.item")}
        {words && <span className="only-heard"> <Bdi>{words}</Bdi></span>}
      </Heading>
    </div>
  );
}

/** Closes what stands beside the plan, from within it or while nothing has the focus. A list or dialog that is open in it
 *  takes the key first. */
function useEscape(isBeside: boolean, within: RefObject<HTMLElement | null>, close: () => void) {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!isBeside) return;
    // Looked at before anyone acts on the key, since the list is closed by it.
    let isListOpen = false;
    const look = ({ target }: KeyboardEvent) => (isListOpen = (target as HTMLElement).getAttribute("aria-expanded") === "true");
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const isOurs = target === document.body || within.current?.parentElement?.contains(target);
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !isOurs || isListOpen) return;
      // What was typed is stored when its field is left.
      target.blur();
      latest.current();
    };
    document.addEventListener("keydown", look, true);
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", look, true);
      document.removeEventListener("keydown", onKeyDown);
    };
  }, [isBeside, within]);
}

function Gone({ view, params, title }: { view: DocumentView; params: Params; title: string }) {
  const { t } = useText();
  const edit = useEdit(view.name);
  return (
    <Empty title={title} hint={t("plan.item_gone_hint")}>
      <Button isWriting onPress={() => void edit(edits.restore(["items", params.item]))}>{t("common.restore")}</Button>
    </Empty>
  );
}

type Fields = { view: DocumentView; plan: Plan; item: Item<PlanItem> };

function ItemView({ view, plan, item, params }: Fields & { params: Params }) {
  const { t } = useText();
  const edit = useEdit(view.name);
  const at = ["items", item.id];
  const remove = async () => {
    if (!(await edit(edits.remove(at)))) return;
    toast({ text: t("plan.item_removed"), undo: () => void edit(edits.restore(at)) });
    go("plan", planOf(params));
  };
  return (
    <div className="plan-item">
      <DocumentText view={view} at={at} field="wording" label={t("plan.wording")} rows={3} />
      <Particulars view={view} plan={plan} item={item} />
      {item.origin && <Origin space={view.name.space} origin={item.origin} />}
      <Remarks view={view} at={at} item={item} />
      <EvidenceSection name={view.name} at={at} item={item} />
      <div className="item-section">
        <Button look="quiet" icon="bin" isWriting onPress={() => void remove()}>{t("plan.remove_item")}</Button>
      </div>
    </div>
  );
}

const unsaid = "unsaid";

function Particulars({ view, plan, item }: Fields) {
  const { t, bothDates, date } = useText();
  const { edit, editFrom } = useEditSeen(view);
  const today = useToday();
  const at = ["items", item.id];
  // The version in which a field stood so when it began to be written anew.
  const begun = useRef<{ field: keyof PlanItem; heads: Hash[] } | null>(null);
  const set = (field: keyof PlanItem, value: Plain | null) => {
    const from = begun.current?.field === field ? begun.current.heads : null;
    begun.current = null;
    return from ? editFrom(from, edits.set(at, field, value)) : edit(edits.set(at, field, value));
  };
  const { organisations, committees } = useNames(view, plan, item);
  const next = nextDue(item, today);
  const late = missed(item, today);
  const comesBack = item.recurrence !== null && item.recurrence !== "none";
  const field = (name: keyof PlanItem, children: ReactNode) => (
    <div className="item-field" onInput={() => begun.current?.field !== name && (begun.current = { field: name, heads: view.heads })} onBlur={() => (begun.current = null)}>
      {children}
      <Rivals view={view} at={at} field={name} />
    </div>
  );
  return (
    <section className="item-fields">
      {field("status", <Select<Status> label={t("plan.status")} value={statusOf(item)} onChange={(value) => void set("status", value)} options={statuses.map((id) => ({ id, label: t(`plan.status_${id}`) }))} />)}
      {field("progress", <NumberField label={`${t("plan.progress")} (%)`} value={item.progress} onChange={(value) => void set("progress", value === null ? null : Math.round(value))} min={0} max={100} />)}
      {field("responsible", (
        <>
          <NameField label={t("plan.responsible")} value={item.responsible} names={organisations} isOrganisation onCommit={(value) => set("responsible", value)} />
          {needsOwner(item) && <p className="small"><span className="lacking">{t("plan.needs_owner")}</span></p>}
        </>
      ))}
      <Supporting name={view.name} item={item} names={organisations} />
      {field("committee", <NameField label={t("plan.committee")} value={item.committee} names={committees} onCommit={(value) => set("committee", value)} />)}
      {field("due", (
        <>
          <DateField label={t(comesBack ? "plan.first_due" : "plan.due")} value={item.due} onChange={(value) => void set("due", value)} />
          {needsDate(item) && <p className="small"><span className="lacking">{t("plan.needs_date")}</span></p>}
          {late && <p className="small is-late">{comesBack ? t("plan.late_report", { date: date(late) }) : t("plan.late")}</p>}
        </>
      ))}
      {field("recurrence", (
        <>
          <Select<Recurrence | typeof unsaid> label={t("plan.recurrence")} value={item.recurrence ?? unsaid} onChange={(value) => void set("recurrence", value === unsaid ? null : value)}
            options={[{ id: unsaid, label: t("plan.unsaid") }, ...recurrences.map((id) => ({ id, label: t(`plan.recurrence_${id}`) }))]} />
          {comesBack && <p className="small">{next ? t("plan.next_due", { date: bothDates(next) }) : t("plan.next_due_needs_first")}</p>}
        </>
      ))}
      {field("duration", (
        <>
          <Segmented<Duration | typeof unsaid> label={t("plan.duration")} value={item.duration ?? unsaid} onChange={(value) => void set("duration", value === unsaid ? null : value)}
            options={[{ id: unsaid, label: t("plan.unsaid") }, { id: "once", label: t("plan.duration_once") }, { id: "ongoing", label: t("plan.duration_ongoing") }]} />
          {item.duration === "ongoing" && !item.due && <p className="small soft">{t("plan.ongoing_no_date")}</p>}
        </>
      ))}
    </section>
  );
}

/** The names to propose: those of the space, of the plan, and of the conference that the item came from. */
function useNames(view: DocumentView, plan: Plan, item: PlanItem): { organisations: string[]; committees: string[] } {
  const space = useApp().start?.spaces.find((each) => each.space === view.name.space);
  const conference = item.origin?.split("/")[0];
  const { value } = useQuery("document", conference ? { name: { space: view.name.space, document: conference }, heads: null } : null);
  const origin = value?.content.kind === "conference" ? value.content : null;
  const items = kept(plan.items);
  const distinct = (names: (string | null)[]) => {
    // The first spelling of a name stands for all; a plan rarely means two organisations by them.
    const byKey = new Map<string, string>();
    for (const name of names) if (name?.trim() && !byKey.has(sortKey(name))) byKey.set(sortKey(name), name.trim());
    return [...byKey.values()].toSorted(compareNames);
  };
  return {
    organisations: distinct([...(space?.organisations ?? []), ...items.flatMap(({ responsible, supporting }) => [responsible, ...supporting]), ...(origin?.delegations ?? []).map(({ organisation }) => organisation)]),
    committees: distinct([...items.map(({ committee }) => committee), ...(origin?.committees ?? []).map(({ name }) => name)]),
  };
}

function Supporting({ name, item, names }: { name: DocumentName; item: Item<PlanItem>; names: readonly string[] }) {
  const { t } = useText();
  const edit = useEdit(name);
  const isReadOnly = useIsReadOnly();
  const at = ["items", item.id];
  return (
    <div className="item-field" role="group" aria-label={t("plan.supporting")}>
      {item.supporting.length > 0 && <p className="field-label">{t("plan.supporting")}</p>}
      {item.supporting.length > 0 && <ul className="supporting">
        {item.supporting.toSorted(compareNames).map((each) => (
          <li key={each} className="spread">
            <Organisation name={each} />
            {!isReadOnly && <Button look="quiet" icon="close" label={t("plan.remove_name", { name: each })} onPress={() => void edit(edits.removeKey(at, "supporting", each))} />}
          </li>
        ))}
      </ul>}
      {/* The field is made anew after each name, so that the next begins empty. */}
      {!isReadOnly && (
        <NameField key={item.supporting.join()} label={item.supporting.length > 0 ? t("plan.add_supporting") : t("plan.supporting")} value={null} isOrganisation
          names={names.filter((each) => !item.supporting.includes(each))} onCommit={async (added) => !added || edit(edits.insertKey(at, "supporting", added))} />
      )}
    </div>
  );
}

function Origin({ space, origin }: { space: string; origin: Link }) {
  const { t } = useText();
  const [document = "", item = ""] = origin.split("/");
  const { value, error } = useQuery("document", { name: { space, document }, heads: null });
  const recommendation = value?.content.kind === "conference" ? value.content.recommendations.find(({ id }) => id === item) : undefined;
  if (!value && !error) return null;
  return (
    <section className="item-section">
      <h2>{t("plan.origin")}</h2>
      {!recommendation ? <p className="soft">{t("plan.origin_unknown")}</p> : (
        <To route="recommendation" params={{ space, document, item }} className="origin">
          <Hanging numeral={recommendation.number}>
            <span className="text" dir="auto"><Written text={recommendation.wording} /></span>
            <span className="soft small"><Bdi>{value?.content.title}</Bdi></span>
          </Hanging>
        </To>
      )}
    </section>
  );
}
