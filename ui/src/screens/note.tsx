// One note: who can read it, what it belongs to, its text, and what is attached to it.

import { memo, useCallback, useRef, useState } from "react";
import { go, goInstead } from "../app/router";
import type { Routes } from "../app/routes";
import { Editor, type EditorHandle, type Selected } from "../editor/Editor";
import { settleNote } from "../editor/session";
import { edits, useEdit } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useApp } from "../engine/store";
import type { DocumentView, Note as NoteContent } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/overlays";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, NotFound, StandingNotice } from "../parts/states";
import { toast } from "../parts/toast";
import { Rivals } from "./looking/Rivals";
import { Attachments, useAttach } from "./note/Attachments";
import { Belonging } from "./note/Belonging";
import { useBinnedIfEmpty } from "./note/leftEmpty";
import { Readers } from "./note/Readers";
import { Share } from "./note/Share";
import { Tags } from "./note/Tags";
import { TitleField } from "./note/TitleField";
import "./note.css";

export default function Note({ params: { space, document } }: { params: Routes["note"] }) {
  const query = useQuery("document", { name: { space, document }, heads: null });
  const steady = useSteady(query.value);
  return <Answer query={query}>{(view) => (view.content.kind === "note" ? <NoteView view={steady ?? view} /> : <NotFound />)}</Answer>;
}

/** The same view while only its version is another, as after every few letters that one types in its text. */
function useSteady(view: DocumentView | undefined): DocumentView | undefined {
  const steady = useRef(view);
  const shown = (each: DocumentView | undefined) => JSON.stringify({ ...each, heads: null });
  if (shown(steady.current) !== shown(view)) steady.current = view;
  return steady.current;
}

const NoteView = memo(function NoteView({ view }: { view: DocumentView }) {
  const note = view.content as NoteContent;
  const { t } = useText();
  const { start } = useApp();
  const edit = useEdit(view.name);
  const space = start?.spaces.find((each) => each.space === view.name.space);
  const editor = useRef<EditorHandle | null>(null);
  const [selected, setSelected] = useState<Selected>(null);
  const { attach, isAttaching } = useAttach(view.name);
  const shownTitle = useRef("");
  useBinnedIfEmpty(view.name, () => shownTitle.current.trim() !== "" || isAttaching);
  const onFiles = useCallback((files: File[]) => void attach(files), [attach]);
  const toStatement = async () => {
    // The statement is read by the engine from what it holds.
    await settleNote(view.name);
    const range = selected ? { from: String(selected.from), to: String(selected.to) } : {};
    const params = { ...view.name, ...range };
    go("paste-statement", params);
  };
  return (
    <ReadOnly when={!view.may_write || view.is_binned}>
      <article className="note">
        <header className="note-head">
          <div className="note-above">
            <Readers view={view} space={space} />
            <Actions view={view} hasSelection={selected !== null} toStatement={() => void toStatement()} />
          </div>
          {space && <StandingNotice space={space} />}
          {view.is_binned && (
            <aside className="notice" role="status">
              <Icon name="bin" />
              <p><strong>{t("note.is_binned")}</strong> <span className="soft">{t("note.is_binned_hint")}</span></p>
              {view.may_write && <Button onPress={() => void edit(edits.restore([]))}>{t("common.restore")}</Button>}
            </aside>
          )}
          <TitleField view={view} title={note.title ?? ""} shown={shownTitle} leave={() => editor.current?.focus()} />
          {view.conflicts.map(({ at, field }) => at.length === 0 && <Rivals key={field} view={view} at={at} field={field} />)}
          <div className="note-about">
            <Belonging view={view} note={note} />
            <Tags name={view.name} tags={note.tags} />
            <Unseen view={view} />
          </div>
        </header>
        <Editor
          name={view.name} label={t("note.text")} isUntitled={!note.title} handle={editor} onSelect={setSelected} onFiles={onFiles}
          beside={selected && <Button look="quiet" icon="statement" onPress={() => void toStatement()}>{t("note.from_selection")}</Button>}
        />
        <Attachments name={view.name} attachments={note.attachments} attach={attach} isAttaching={isAttaching} />
      </article>
    </ReadOnly>
  );
});

/** What others changed since one looked is a page of its own; here stands the way to it. */
function Unseen({ view: { name, is_unseen } }: { view: DocumentView }) {
  const { t } = useText();
  if (!is_unseen) return null;
  return <To route="since-you-looked" params={name} className="link unseen-link"><span className="unseen" />{t("note.unseen")}</To>;
}

function Actions({ view, hasSelection, toStatement }: { view: DocumentView; hasSelection: boolean; toStatement: () => void }) {
  const { t } = useText();
  const { storageFailure } = useApp();
  const edit = useEdit(view.name);
  const [isSharing, setIsSharing] = useState(false);
  const mayChange = view.may_write && storageFailure === null;
  const bin = async () => {
    await settleNote(view.name);
    if (!(await edit(edits.remove([])))) return;
    toast({ text: t("note.binned"), undo: () => void edit(edits.restore([])) });
    goInstead("notes");
  };
  return (
    <>
      <Menu label={t("note.actions")} trigger={<Button look="quiet" icon="more" label={t("note.actions")} />} entries={[
        { id: "statement", label: t(hasSelection ? "note.from_selection" : "note.make_recommendations"), icon: "statement", onAction: toStatement },
        { id: "share", label: t("note.share"), icon: "share", onAction: () => setIsSharing(true) },
        "line",
        { id: "since", label: t("note.to_since"), icon: "seen", onAction: () => go("since-you-looked", view.name) },
        { id: "history", label: t("note.to_history"), icon: "history", onAction: () => go("history", view.name) },
        "line",
        view.is_binned
          ? { id: "restore", label: t("common.restore"), icon: "undo", isDisabled: !mayChange, onAction: () => void edit(edits.restore([])) }
          : { id: "bin", label: t("note.to_bin"), icon: "bin", isDangerous: true, isDisabled: !mayChange, onAction: () => void bin() },
      ]} />
      <Share name={view.name} isOpen={isSharing} onClose={() => setIsSharing(false)} />
    </>
  );
}
