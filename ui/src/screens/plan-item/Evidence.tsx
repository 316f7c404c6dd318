// What shows that an item was done: links, files and notes.

import { useEffect, useRef, useState } from "react";
import { dayOf } from "../../arabic/dates";
import { callRaw, type Failure } from "../../engine/bridge";
import { edits, newId, useEdit, useSend } from "../../engine/edit";
import { useQuery } from "../../engine/query";
import type { DocumentName, Evidence as Shown, Item, PlanItem, Plain } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { Icon, type IconName } from "../../parts/Icon";
import { Dialog, Menu } from "../../parts/overlays";
import { Outside } from "../../parts/Outside";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Answer } from "../../parts/states";
import { toast } from "../../parts/toast";
import { Bdi } from "../../parts/words";
import { kept } from "../plan/shown";
import { noteAddress, noteOf, outsideAddress } from "./address";

type Props = { name: DocumentName; at: string[] };

export function EvidenceSection({ name, at, item }: Props & { item: PlanItem }) {
  const { t } = useText();
  const edit = useEdit(name);
  const [dialog, setDialog] = useState<"link" | "note" | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const add = (fields: Partial<Shown>) => {
    const id = newId();
    const path = [...at, "evidence", id];
    const set = Object.entries({ ...fields, on: dayOf(Date.now()) }).map(([field, value]) => edits.set(path, field, value as Plain | null));
    return edit(edits.add([...at, "evidence"], id), ...set);
  };
  const attach = async (file: File) => {
    try {
      const body = new Uint8Array(await file.arrayBuffer());
      const { blob, name: label } = await callRaw("attach", { name, file_name: file.name, media_type: file.type || "application/octet-stream" }, body);
      await add({ label: label ?? file.name, blob });
    } catch (cause) {
      toast({ text: t(`common.failure_${(cause as Failure).code}`), isFailure: true });
    }
  };
  const all = kept(item.evidence);
  return (
    <section className="item-section">
      <div className="spread">
        <h2>{t("plan.evidence")}</h2>
        <Menu label={t("plan.add_evidence")} trigger={<Button look="quiet" icon="add" isWriting>{t("plan.add_evidence")}</Button>}
          entries={[
            { id: "link", label: t("plan.add_link"), icon: "link", onAction: () => setDialog("link") },
            { id: "file", label: t("plan.add_file"), icon: "attachment", onAction: () => picker.current?.click() },
            { id: "note", label: t("plan.add_note"), icon: "notes", onAction: () => setDialog("note") },
          ]} />
      </div>
      <input ref={picker} type="file" hidden onChange={({ target }) => {
        const file = target.files?.[0];
        if (file) void attach(file);
        target.value = "";
      }} />
      {all.length === 0 ? <p className="soft">{t("plan.no_evidence")}</p> : <ul className="ruled">{all.map((each) => <li key={each.id}><EvidenceLine name={name} at={at} evidence={each} /></li>)}</ul>}
      {dialog === "link" && <NewLink onClose={() => setDialog(null)} add={add} />}
      {dialog === "note" && <ChooseNote space={name.space} onClose={() => setDialog(null)} add={add} />}
    </section>
  );
}

function EvidenceLine({ name, at, evidence }: Props & { evidence: Item<Shown> }) {
  const { t, date } = useText();
  const edit = useEdit(name);
  const isReadOnly = useIsReadOnly();
  const path = [...at, "evidence", evidence.id];
  const note = noteOf(evidence.address);
  const label = evidence.label || evidence.address || t(evidence.blob ? "plan.a_file" : "plan.a_link");
  const remove = async () => {
    if (await edit(edits.remove(path))) toast({ text: t("plan.evidence_removed"), undo: () => void edit(edits.restore(path)) });
  };
  return (
    <div className="spread evidence">
      {note ? <To route="note" params={{ space: name.space, document: note }} className="evidence-link"><EvidenceWords icon="notes" label={evidence.label || t("plan.a_note")} /></To>
        : evidence.blob ? <OpenFile space={name.space} blob={evidence.blob} label={label} />
        : evidence.address ? <OpenLink address={evidence.address} label={label} />
        : <span className="evidence-link is-plain"><Bdi>{label}</Bdi></span>}
      {evidence.on && <time className="soft small" dateTime={evidence.on}>{date(evidence.on, "short")}</time>}
      {!isReadOnly && <Button look="quiet" icon="bin" label={t("plan.remove_evidence", { name: label })} onPress={() => void remove()} />}
    </div>
  );
}

function EvidenceWords({ icon, label }: { icon: IconName; label: string }) {
  return <><Icon name={icon} size={18} /><Bdi>{label}</Bdi></>;
}

/** The address is shown before it is opened, since its label may say something else. */
function OpenLink({ address, label }: { address: string; label: string }) {
  const { t } = useText();
  const [isOpened, setIsOpened] = useState(false);
  const opened = outsideAddress(address);
  if (!opened) return <span className="evidence-link is-plain"><Bdi>{label}</Bdi></span>;
  return (
    <>
      <Button look="quiet" className="evidence-link" onPress={() => setIsOpened(true)}><EvidenceWords icon="link" label={label} /></Button>
      <Dialog title={t("plan.open_link")} isOpen={isOpened} onClose={() => setIsOpened(false)}
        actions={<Outside address={opened} onOpened={() => setIsOpened(false)}>{t("plan.open_outside")}</Outside>}>
        <p>{t("plan.open_link_hint")}</p>
        <p className="code" dir="ltr">{opened}</p>
      </Dialog>
    </>
  );
}

/** What a picture's first bytes are; other files are saved instead of shown. */
function pictureType(bytes: Uint8Array): string | null {
  const begins = (...start: number[]) => start.every((byte, index) => bytes[index] === byte);
  if (begins(0x89, 0x50, 0x4e, 0x47)) return "image/png";
  if (begins(0xff, 0xd8, 0xff)) return "image/jpeg";
  if (begins(0x47, 0x49, 0x46, 0x38)) return "image/gif";
  return begins(0x52, 0x49, 0x46, 0x46) && bytes[8] === 0x57 ? "image/webp" : null;
}

function save(address: string, label: string) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = label;
  anchor.click();
}

function OpenFile({ space, blob, label }: { space: string; blob: string; label: string }) {
  const { t } = useText();
  const send = useSend();
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => () => void (picture && URL.revokeObjectURL(picture)), [picture]);
  const open = async () => {
    try {
      const bytes = await callRaw("blob", { space, blob });
      if (bytes.length === 0) {
        await send("want_attachment", { space, blob });
        return toast({ text: t("plan.file_waits") });
      }
      const type = pictureType(bytes);
      const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: type ?? "application/octet-stream" }));
      if (type) return setPicture(address);
      save(address, label);
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (cause) {
      toast({ text: t(`common.failure_${(cause as Failure).code}`), isFailure: true });
    }
  };
  return (
    <>
      <Button look="quiet" className="evidence-link" onPress={() => void open()}><EvidenceWords icon="attachment" label={label} /></Button>
      <Dialog title={label} isOpen={picture !== null} onClose={() => setPicture(null)} actions={<Button icon="export" onPress={() => picture && save(picture, label)}>{t("common.save")}</Button>}>
        {picture && <img className="evidence-picture" src={picture} alt={label} />}
      </Dialog>
    </>
  );
}

function NewLink({ onClose, add }: { onClose: () => void; add: (fields: Partial<Shown>) => Promise<boolean> }) {
  const { t } = useText();
  const [label, setLabel] = useState("");
  const [address, setAddress] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const opened = outsideAddress(address);
  const save = async () => {
    setIsAsked(true);
    if (opened && (await add({ label: label.trim() || null, address: opened }))) onClose();
  };
  return (
    <Dialog title={t("plan.add_link")} isOpen onClose={onClose} actions={<Button look="primary" onPress={() => void save()}>{t("common.add")}</Button>}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <TextField label={t("plan.address")} dir="ltr" inputMode="url" value={address} onChange={setAddress} autoFocus error={isAsked && !opened ? t("plan.address_unread") : undefined} />
        <TextField label={t("plan.evidence_label")} value={label} onChange={setLabel} />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function ChooseNote({ space, onClose, add }: { space: string; onClose: () => void; add: (fields: Partial<Shown>) => Promise<boolean> }) {
  const { t, relative } = useText();
  const query = useQuery("documents", { space, kind: "note" });
  return (
    <Dialog title={t("plan.choose_note")} isOpen onClose={onClose}>
      <Answer query={query}>
        {(lines) => {
          const notes = lines.filter(({ is_binned }) => !is_binned);
          if (notes.length === 0) return <p className="soft">{t("plan.no_notes")}</p>;
          return (
            <ul className="ruled">
              {notes.map(({ name, title, first_words, last_edit_ms }) => (
                <li key={name.document}>
                  <Button look="quiet" className="choose-note" onPress={() => void add({ label: title || first_words, address: noteAddress(name.document) }).then((isAdded) => isAdded && onClose())}>
                    <Bdi>{title || first_words || t("looking.untitled")}</Bdi>
                    <span className="soft small">{relative(last_edit_ms)}</span>
                  </Button>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </Dialog>
  );
}
