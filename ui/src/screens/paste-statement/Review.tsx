// The statement with its items marked in it, to correct and accept.

import { useEffect, useState } from "react";
import { goInstead } from "../../app/router";
import { call } from "../../engine/bridge";
import { edits, newId, useSend } from "../../engine/edit";
import { announce } from "../../engine/store";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Switch } from "../../parts/choices";
import { toast } from "../../parts/toast";
import { Empty } from "../../parts/states";
import { Bdi, Heading, Written } from "../../parts/words";
import { PlanChooser, type PlanChoice, useCarryOut } from "../conference/CarryOut";
import { useConference } from "../conference/context";
import { ToConference } from "../conference/Letterhead";
import { committeesNamed, editsOf, planEditsOf } from "./accept";
import { addSpan, axesOf, type Found, setSpan, stretchesOf, suggestionsOf } from "./borders";
import { FoundItem } from "./FoundItem";
import { inBody, type Source } from "./source";

type ReviewProps = { text: string; source: Source | null; found: Found[]; setFound: (found: Found[]) => void; known: ReadonlySet<string>; leave: () => void };
type Span = { from: number; to: number };

/** The offset in the statement of a place in the page; null outside it. */
function offsetAt(node: Node | null, offset: number): number | null {
  const holder = (node instanceof Element ? node : node?.parentElement)?.closest<HTMLElement>("[data-start]");
  if (!holder) return null;
  const start = Number(holder.dataset["start"]);
  return node instanceof Element ? start + (offset === 0 ? 0 : (holder.textContent?.length ?? 0)) : start + offset;
}

/** What is selected in the statement. Pressing a button elsewhere takes the page's selection away, but not this. */
function useSelected(): [Span | null, () => void] {
  const [selected, setSelected] = useState<Span | null>(null);
  useEffect(() => {
    const follow = () => {
      const selection = document.getSelection();
      const anchor = offsetAt(selection?.anchorNode ?? null, selection?.anchorOffset ?? 0);
      const focus = offsetAt(selection?.focusNode ?? null, selection?.focusOffset ?? 0);
      if (anchor === null || focus === null) return;
      setSelected(anchor === focus ? null : { from: Math.min(anchor, focus), to: Math.max(anchor, focus) });
    };
    document.addEventListener("selectionchange", follow);
    return () => document.removeEventListener("selectionchange", follow);
  }, []);
  return [selected, () => setSelected(null)];
}

export function Review({ text, source, found, setFound, known, leave }: ReviewProps) {
  const { t, number } = useText();
  const [openId, setOpenId] = useState<string | null>(null);
  const [selected, clearSelected] = useSelected();
  const open = found.findIndex(({ id }) => id === openId);
  const axes = axesOf(found);
  const taken = found.filter(({ isTaken }) => isTaken);
  const select = (next: Found[]) => {
    setFound(next);
    clearSelected();
    document.getSelection()?.removeAllRanges();
  };
  return (
    <div className="stack paste">
      <Heading above={<ToConference tab="recommendations" />} actions={<Button look="quiet" onPress={leave}>{t("conference.change_text")}</Button>}>
        {t("conference.found", { count: found.length })}
      </Heading>
      {found.length === 0 ? <Empty title={t("conference.none_found")} hint={t("conference.none_found_hint")} /> : <p className="soft">{t("conference.review_hint")}</p>}
      {axes.length > 0 && (
        <ul className="ruled small" aria-label={t("conference.axes")}>
          {axes.map(({ axis, count }) => <li key={axis} className="spread"><Bdi>{axis}</Bdi><span className="soft">{t("conference.items_under", { count })}</span></li>)}
        </ul>
      )}
      <div className="statement text" dir="auto">
        {stretchesOf(text, found).map((stretch) =>
          stretch.found ? (
            <FoundItem key={stretch.found.id} text={text} all={found} index={found.indexOf(stretch.found)} isOpen={stretch.found.id === openId} isKnown={known.has(stretch.found.wording.trim())}
              setOpen={setOpenId} setAll={setFound} />
          ) : (
            <Between key={`before ${stretch.start}`} {...stretch} />
          ),
        )}
      </div>
      {selected && (
        <div className="selected-bar not-printed" role="status">
          <Bdi className="small selected-words">«{text.slice(selected.from, selected.to)}»</Bdi>
          <div className="row">
            {open >= 0 && <Button onPress={() => select(setSpan(text, found, open, selected.from, selected.to))}>{t("conference.selection_to", { name: number(found[open]!.number ?? open + 1) })}</Button>}
            <Button onPress={() => select(addSpan(text, found, selected.from, selected.to, newId()))}>{t("conference.selection_new")}</Button>
          </div>
        </div>
      )}
      {found.length > 0 && <Accept text={text} source={source} taken={taken} />}
    </div>
  );
}

/** Text that belongs to no item. Items stand on lines of their own, so the line breaks beside them are not shown again. */
function Between({ text, start }: { text: string; start: number }) {
  const from = start + (start > 0 ? (text.match(/^\s*\n/)?.[0].length ?? 0) : 0);
  return <span className="between"><Written text={text.slice(from - start).trimEnd()} start={from} /></span>;
}

/** What becomes of the accepted items. */
function Accept({ text, source, taken }: { text: string; source: Source | null; taken: Found[] }) {
  const { t } = useText();
  const send = useSend();
  const { name, view, conference, change } = useConference();
  const { carryOut, suggested } = useCarryOut();
  const [isPlanned, setIsPlanned] = useState(false);
  const [choice, setChoice] = useState<PlanChoice>({ plan: null, title: suggested });
  const isCommunique = conference.communique.trim() === "";
  const [keeps, setKeeps] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const waiting = taken.reduce((sum, found) => sum + suggestionsOf(found).filter((each) => !found.accepts[each]).length, 0);

  const accept = async () => {
    setIsPending(true);
    // Without its place, a recommendation still names its note.
    const spans = source ? await call("note_cursors", { name: source.note, heads: source.heads, ranges: taken.map((found) => inBody(source, found)) }).catch(() => []) : [];
    const items = taken.map((found, index) => ({ found, id: newId(), span: spans[index] }));
    const committees = committeesNamed(taken, conference).map((committee) => ({ committee, id: newId() }));
    const kept = keeps && isCommunique ? [edits.setText([], "communique", text)] : [];
    // On top of what was seen, where the conference had no statement yet: if others wrote one meanwhile, both stay.
    const isTaken = await send("edit", { name, edits: [...editsOf(items, committees, source?.note.document ?? null), ...kept], heads: view.heads });
    announce([{ event: "document_changed", name, by: [] }]);
    const plan = isTaken && isPlanned ? await carryOut(items.map(({ id }) => id), choice) : undefined;
    let planned: string[] = [];
    if (plan) {
      // The plan's items exist only now, and the accepted suggestions belong to them.
      const { content } = await call("document", { name: plan, heads: null });
      const inPlan = planEditsOf(items, content, name.document);
      planned = inPlan.items;
      if (inPlan.edits.length > 0) await send("edit", { name: plan, edits: inPlan.edits });
      announce([{ event: "document_changed", name: plan, by: [] }]);
    }
    setIsPending(false);
    if (!isTaken) return;
    const undo = () => {
      void change(...items.map(({ id }) => edits.remove(["recommendations", id])), ...committees.map(({ id }) => edits.remove(["committees", id])));
      if (plan && planned.length > 0) void send("edit", { name: plan, edits: planned.map((id) => edits.remove(["items", id])) });
    };
    toast({ text: t("conference.accepted", { count: items.length }), undo });
    goInstead("conference", { ...name, tab: "recommendations" });
  };
  return (
    <section className="part accept">
      <Switch isOn={isPlanned} onChange={setIsPlanned}>{t("conference.also_plan")}</Switch>
      {isPlanned && <PlanChooser choice={choice} onChange={setChoice} />}
      {isCommunique && <Switch isOn={keeps} onChange={setKeeps}>{t("conference.keep_communique")}</Switch>}
      <p className="small soft">{t("conference.owner_needed")}</p>
      {waiting > 0 && <p className="small">{t("conference.suggestions_left", { count: waiting })}</p>}
      <div className="row">
        <Button look="primary" icon="check" isWriting isPending={isPending} isDisabled={taken.length === 0} onPress={() => void accept()}>{t("conference.accept", { count: taken.length })}</Button>
      </div>
    </section>
  );
}
