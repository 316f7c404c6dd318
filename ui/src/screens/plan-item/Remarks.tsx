// Dated remarks on how an item goes, newest first, and the progress they report.

import { useState } from "react";
import { dayOf } from "../../arabic/dates";
import { edits, newId, useEdit, useEditSeen } from "../../engine/edit";
import { useApp } from "../../engine/store";
import type { DateText, DocumentName, DocumentView, Item, PlanItem, Remark } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Written } from "../../parts/words";
import { Button } from "../../parts/Button";
import { DateField, NumberField, TextArea } from "../../parts/fields";
import { Dialog } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { toast } from "../../parts/toast";
import { kept } from "../plan/shown";

export function Remarks({ view, at, item }: { view: DocumentView; at: string[]; item: PlanItem }) {
  const { t } = useText();
  const [isOpened, setIsOpened] = useState(false);
  const remarks = kept(item.remarks).toReversed().toSorted((one, other) => (other.on ?? "").localeCompare(one.on ?? ""));
  return (
    <section className="item-section">
      <div className="spread">
        <h2>{t("plan.remarks")}</h2>
        <Button look="quiet" icon="add" isWriting onPress={() => setIsOpened(true)}>{t("plan.add_remark")}</Button>
      </div>
      {remarks.length === 0 ? <p className="soft">{t("plan.no_remarks")}</p> : (
        <ol className="ruled">{remarks.map((remark) => <li key={remark.id}><RemarkLine name={view.name} at={at} remark={remark} /></li>)}</ol>
      )}
      {isOpened && <NewRemark view={view} at={at} item={item} onClose={() => setIsOpened(false)} />}
    </section>
  );
}

function RemarkLine({ name, at, remark }: { name: DocumentName; at: string[]; remark: Item<Remark> }) {
  const { t, bothDates, percent, date } = useText();
  const edit = useEdit(name);
  const isReadOnly = useIsReadOnly();
  const path = [...at, "remarks", remark.id];
  const remove = async () => {
    if (await edit(edits.remove(path))) toast({ text: t("plan.remark_removed"), undo: () => void edit(edits.restore(path)) });
  };
  return (
    <div className="remark">
      <div>
        {remark.on && <p className="small soft"><time dateTime={remark.on}>{bothDates(remark.on)}</time></p>}
        {remark.text && <p className="text" dir="auto"><Written text={remark.text} /></p>}
        <p className="small row">
          {remark.progress !== null && <strong>{t("plan.remark_progress", { percent: percent(remark.progress) })}</strong>}
          {remark.by && <span className="soft">{t("plan.remark_by", { name: remark.by })}</span>}
        </p>
      </div>
      {!isReadOnly && <Button look="quiet" icon="bin" label={t("plan.remove_remark", { date: remark.on ? date(remark.on) : "" })} onPress={() => void remove()} />}
    </div>
  );
}

function NewRemark({ view, at, item, onClose }: { view: DocumentView; at: string[]; item: PlanItem; onClose: () => void }) {
  const { t } = useText();
  const { editFrom } = useEditSeen(view);
  // The version whose progress stands in the field.
  const [seen] = useState(view.heads);
  const person = useApp().start?.person;
  const [on, setOn] = useState<DateText | null>(() => dayOf(Date.now()));
  const [progress, setProgress] = useState<number | null>(item.progress);
  const [text, setText] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const isEmpty = !text.trim() && progress === item.progress;
  const add = async () => {
    setIsAsked(true);
    if (isEmpty) return;
    const id = newId();
    const path = [...at, "remarks", id];
    const isAdded = await editFrom(
      seen,
      edits.add([...at, "remarks"], id),
      edits.set(path, "on", on),
      edits.set(path, "by", person?.name ?? null),
      edits.setText(path, "text", text.trim()),
      ...(progress === item.progress ? [] : [edits.set(path, "progress", progress), edits.set(at, "progress", progress)]),
    );
    if (isAdded) onClose();
  };
  return (
    <Dialog title={t("plan.add_remark")} isOpen onClose={onClose} actions={<Button look="primary" onPress={() => void add()}>{t("common.add")}</Button>}>
      <div className="stack">
        <TextArea label={t("plan.remark_text")} value={text} onChange={setText} rows={3} autoFocus error={isAsked && isEmpty ? t("plan.remark_needed") : undefined} />
        <NumberField label={`${t("plan.progress")} (%)`} value={progress} onChange={(value) => setProgress(value === null ? null : Math.round(value))} min={0} max={100} />
        <DateField label={t("plan.remark_on")} value={on} onChange={setOn} />
      </div>
    </Dialog>
  );
}
