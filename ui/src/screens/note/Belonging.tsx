// What a note belongs to: a conference, one item of its agenda, who was speaking.

import { useState } from "react";
import { edits, useEdit } from "../../engine/edit";
import { useQuery } from "../../engine/query";
import type { Conference, DocumentView, Note } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { Select } from "../../parts/choices";
import { TextField } from "../../parts/fields";
import { Dialog } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Bdi } from "../../parts/words";

const none = "none";

function useConference(document: string | null) {
  const all = useQuery("documents", { space: null, kind: "conference" });
  const line = all.value?.find(({ name }) => name.document === document);
  const opened = useQuery("document", line ? { name: line.name, heads: null } : null);
  const content = opened.value?.content.kind === "conference" ? opened.value.content : null;
  return { lines: (all.value ?? []).filter(({ is_binned }) => !is_binned), line, content };
}

function itemsOf(content: Conference | null) {
  return (content?.agenda ?? []).filter(({ deleted_at_ms }) => deleted_at_ms === null);
}

export function Belonging({ view, note }: { view: DocumentView; note: Note }) {
  const { t } = useText();
  const isReadOnly = useIsReadOnly();
  const [isOpen, setIsOpen] = useState(false);
  const { line, content } = useConference(note.conference ?? note.agenda_item?.split("/")[0] ?? null);
  const item = itemsOf(content).find(({ id }) => id === note.agenda_item?.split("/")[1]);
  const hasNone = !line && !item && !note.speaker;
  if (hasNone && isReadOnly) return null;
  return (
    <div className="belonging small">
      {line && <To route="conference" params={line.name} className="link"><Bdi>{line.title || t("note.conference_untitled")}</Bdi></To>}
      {line && item && <To route="agenda-item" params={{ ...line.name, item: item.id }} className="link"><Bdi>{item.title || t("note.item_untitled")}</Bdi></To>}
      {note.speaker && <span><span className="soft">{t("note.speaker")}</span> <Bdi>{note.speaker}</Bdi></span>}
      {!isReadOnly && (
        <Button look="quiet" icon={hasNone ? "conferences" : "write"} label={t("note.change_belonging")} onPress={() => setIsOpen(true)}>
          {hasNone ? <span className="small">{t("note.no_conference")}</span> : undefined}
        </Button>
      )}
      {isOpen && <Change view={view} note={note} onClose={() => setIsOpen(false)} />}
    </div>
  );
}

function Change({ view, note, onClose }: { view: DocumentView; note: Note; onClose: () => void }) {
  const { t } = useText();
  const edit = useEdit(view.name);
  const [conference, setConference] = useState(note.conference ?? none);
  const [item, setItem] = useState(note.agenda_item ?? none);
  const [speaker, setSpeaker] = useState(note.speaker ?? "");
  const { lines, content } = useConference(conference);
  const choose = (id: string) => {
    setConference(id);
    setItem(none);
  };
  const chooseItem = (id: string) => {
    setItem(id);
    const presenter = itemsOf(content).find((each) => `${conference}/${each.id}` === id)?.presenter;
    if (presenter && !speaker.trim()) setSpeaker(presenter);
  };
  const save = async () => {
    const wanted = { conference: conference === none ? null : conference, agenda_item: item === none ? null : item, speaker: speaker.trim() || null };
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((field) => wanted[field] !== note[field]);
    if (changed.length === 0 || (await edit(...changed.map((field) => edits.set([], field, wanted[field]))))) onClose();
  };
  return (
    <Dialog title={t("note.change_belonging")} isOpen onClose={onClose} actions={<Button look="primary" isWriting onPress={() => void save()}>{t("common.save")}</Button>}>
      <div className="stack">
        <Select label={t("note.conference")} value={conference} onChange={choose}
          options={[{ id: none, label: t("note.no_conference") }, ...lines.map(({ name, title }) => ({ id: name.document, label: title || t("note.conference_untitled") }))]} />
        {conference !== none && (
          <Select label={t("note.agenda_item")} value={item} onChange={chooseItem}
            options={[{ id: none, label: t("note.no_agenda_item") }, ...itemsOf(content).map(({ id, title }) => ({ id: `${conference}/${id}`, label: title || t("note.item_untitled") }))]} />
        )}
        <TextField label={t("note.speaker")} value={speaker} onChange={setSpeaker} />
      </div>
    </Dialog>
  );
}
