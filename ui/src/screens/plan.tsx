// A joint plan as a board, a table or a timeline. View and filters stand in the address.

import { useEffect, useMemo, useRef, useState } from "react";
import { go, goInstead } from "../app/router";
import type { Routes } from "../app/routes";
import { useIsWide } from "../app/Shell";
import { edits, newId, useEdit, useEditSeen } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useApp } from "../engine/store";
import type { DocumentView, ItemId, Plan } from "../engine/types";
import { useText } from "../i18n/text";
import { NamedHere } from "../look/OrganisationMark";
import { Button } from "../parts/Button";
import { Segmented } from "../parts/choices";
import { TextArea, TextField } from "../parts/fields";
import { Dialog, Menu } from "../parts/overlays";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, Empty, NotFound, StandingNotice } from "../parts/states";
import { toast } from "../parts/toast";
import { Heading } from "../parts/words";
import { namedInPlan } from "./conference/named";
import { Board } from "./plan/Board";
import { Filters } from "./plan/Filters";
import { isShown, kept, readShown, type Shown, type View, writeShown } from "./plan/shown";
import { Table } from "./plan/Table";
import { Timeline } from "./plan/Timeline";
import { useToday } from "./plan/today";
import "./plan.css";

/** `item` is the one that stands open beside the plan in a wide window. */
type Params = Routes["plan"] & { item?: ItemId };

export default function PlanScreen({ params }: { params: Params }) {
  const { space, document } = params;
  const query = useQuery("document", { name: { space, document }, heads: null });
  return (
    <Answer query={query}>
      {(view) => view.content.kind !== "plan" ? <NotFound /> : (
        <ReadOnly when={!view.may_write || view.is_binned}>
          <NamedHere names={namedInPlan(view.content)}><PlanView view={view} plan={view.content} params={params} /></NamedHere>
        </ReadOnly>
      )}
    </Answer>
  );
}

function PlanView({ view, plan, params }: { view: DocumentView; plan: Plan; params: Params }) {
  const { t } = useText();
  const { start } = useApp();
  const space = start?.spaces.find((each) => each.space === params.space);
  const isDesktop = useIsWide(1024);
  const today = useToday();
  const organisation = start?.person?.organisation ?? "";
  const shown = useMemo(() => readShown(params.view), [params.view]);
  const show = (part: Partial<Shown>) => {
    const next = { ...params, view: writeShown({ ...shown, ...part }) };
    if (next.item) goInstead("plan-item", { ...next, item: next.item });
    else goInstead("plan", next);
  };
  // The timeline is for desktops; an address with it shows the table elsewhere.
  const seen: View = shown.view === "timeline" && !isDesktop ? "table" : shown.view;
  const all = useMemo(() => kept(plan.items), [plan.items]);
  const items = useMemo(() => all.filter((item) => isShown(item, shown, { today, organisation })), [all, shown, today, organisation]);
  const page = useReturn(params.item);
  const given = { name: view.name, items, today, openItem: params.item, address: params.view };
  return (
    <div className="plan" ref={page}>
      <PlanHeading view={view} plan={plan} count={all.length} />
      {space && <StandingNotice space={space} />}
      {view.is_binned && <Binned view={view} />}
      <div className="plan-controls not-printed">
        <Segmented label={t("plan.view")} isLabelHidden value={seen} onChange={(chosen) => show({ view: chosen })}
          options={(isDesktop ? (["board", "table", "timeline"] as const) : (["board", "table"] as const)).map((id) => ({ id, label: t(`plan.${id}`) }))} />
        {all.length > 0 && <Filters items={all} shown={shown} judge={{ today, organisation }} onChange={show} />}
      </div>
      {all.length === 0 ? <Empty title={t("plan.no_items")} hint={t("plan.no_items_hint")} />
        : items.length === 0 ? (
          <Empty title={t("plan.none_match")} hint={t("plan.none_match_hint")}>
            <Button onPress={() => show({ status: null, responsible: null, committee: null, conditions: [] })}>{t("plan.clear_filters")}</Button>
          </Empty>
        ) : seen === "board" ? <Board view={view} {...given} all={all} />
        : seen === "table" ? <Table {...given} sort={shown.sort} onSort={(sort) => show({ sort })} />
        : <Timeline {...given} />}
    </div>
  );
}

/** When the item beside the plan is closed the focus returns to where the plan shows it. */
function useReturn(item: ItemId | undefined) {
  const page = useRef<HTMLDivElement>(null);
  const last = useRef(item);
  useEffect(() => {
    const closed = last.current;
    last.current = item;
    if (item || !closed || document.activeElement !== document.body) return;
    const links = [...(page.current?.querySelectorAll<HTMLElement>("a[href^='#/plan-item']") ?? [])];
    links.find((link) => link.getAttribute("href")!.includes(closed))?.focus({ preventScroll: true });
  }, [item]);
  return page;
}

function PlanHeading({ view, plan, count }: { view: DocumentView; plan: Plan; count: number }) {
  const { t } = useText();
  const edit = useEdit(view.name);
  const [dialog, setDialog] = useState<"item" | "title" | null>(null);
  const bin = async () => {
    if (!(await edit(edits.remove([])))) return;
    toast({ text: t("plan.binned"), undo: () => void edit(edits.restore([])) });
    go("plans");
  };
  return (
    <>
      <Heading
        above={t("plan.items_count", { count })}
        actions={
          <>
            <Button look="primary" icon="add" isWriting onPress={() => setDialog("item")}>{t("plan.new_item")}</Button>
            <Menu label={t("common.more")} trigger={<Button look="quiet" icon="more" label={t("common.more")} />}
              entries={[
                { id: "since", label: t("common.since_you_looked"), icon: "seen", onAction: () => go("since-you-looked", view.name) },
                { id: "history", label: t("common.history"), icon: "history", onAction: () => go("history", view.name) },
                { id: "title", label: t("plan.rename"), icon: "write", isDisabled: !view.may_write, onAction: () => setDialog("title") },
                "line",
                { id: "bin", label: t("plan.bin_plan"), icon: "bin", isDisabled: !view.may_write || view.is_binned, isDangerous: true, onAction: () => void bin() },
              ]} />
          </>
        }
      >
        {plan.title || t("plan.untitled")}
      </Heading>
      <NewItem view={view} isOpen={dialog === "item"} onClose={() => setDialog(null)} />
      <Rename view={view} plan={plan} isOpen={dialog === "title"} onClose={() => setDialog(null)} />
    </>
  );
}

function Binned({ view }: { view: DocumentView }) {
  const { t } = useText();
  const edit = useEdit(view.name);
  return (
    <p className="row" role="status">
      {t("plan.is_binned")}
      {/* The page is read-only while it is in the bin, and this is the way out of it. */}
      <Button isDisabled={!view.may_write} onPress={() => void edit(edits.restore([]))}>{t("common.restore")}</Button>
    </p>
  );
}

type DialogProps = { view: DocumentView; isOpen: boolean; onClose: () => void };

function NewItem({ view, isOpen, onClose }: DialogProps) {
  const { t } = useText();
  const edit = useEdit(view.name);
  const [wording, setWording] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  useEffect(() => {
    if (isOpen) return;
    setWording("");
    setIsAsked(false);
  }, [isOpen]);
  const add = async () => {
    setIsAsked(true);
    if (!wording.trim()) return;
    const item = newId();
    if (!(await edit(edits.add(["items"], item), edits.setText(["items", item], "wording", wording.trim())))) return;
    onClose();
    go("plan-item", { ...view.name, item });
  };
  return (
    <Dialog title={t("plan.new_item")} isOpen={isOpen} onClose={onClose} actions={<Button look="primary" onPress={() => void add()}>{t("plan.add_item")}</Button>}>
      <TextArea label={t("plan.wording")} value={wording} onChange={setWording} rows={4} autoFocus error={isAsked && !wording.trim() ? t("plan.wording_needed") : undefined} />
    </Dialog>
  );
}

function Rename({ view, plan, isOpen, onClose }: DialogProps & { plan: Plan }) {
  const { t } = useText();
  const { editFrom } = useEditSeen(view);
  const [title, setTitle] = useState(plan.title ?? "");
  // The version in which the title stood so when it began to be written anew.
  const seen = useRef(view.heads);
  const save = async () => {
    if (title.trim() && (await editFrom(seen.current, edits.set([], "title", title.trim())))) onClose();
  };
  useEffect(() => {
    seen.current = view.heads;
    setTitle(plan.title ?? "");
  }, [isOpen, plan.title]);
  return (
    <Dialog title={t("plan.rename")} isOpen={isOpen} onClose={onClose} actions={<Button look="primary" onPress={() => void save()}>{t("common.save")}</Button>}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <TextField label={t("plan.plan_title")} value={title} onChange={setTitle} autoFocus error={title.trim() ? undefined : t("plan.title_needed")} />
      </form>
    </Dialog>
  );
}
