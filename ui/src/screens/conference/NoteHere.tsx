// Writing, photographing and attaching to where one is: one tap makes a note that says what it belongs to.

import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { go } from "../../app/router";
import { callRaw, Failure } from "../../engine/bridge";
import { edits, useSend } from "../../engine/edit";
import { announce, useIsStopped, useSettings, useSpace } from "../../engine/store";
import type { DocumentName } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { toast } from "../../parts/toast";

export type NoteSubject = { conference: string; agenda_item?: string; speaker?: string | null };

/** Creates the note in one's delegation's space, wherever the conference is kept. */
function useNewNote() {
  const send = useSend();
  const { home_space } = useSettings();
  const shown = useSpace()?.space;
  return async (subject: NoteSubject, title = ""): Promise<DocumentName | undefined> => {
    const space = home_space ?? shown;
    if (!space) return undefined;
    const set = Object.entries(subject).flatMap(([field, value]) => (value ? [edits.set([], field, value)] : []));
    return send("create", { space, kind: "note", title, edits: set });
  };
}

export function NoteHere({ subject, isPrimary = false }: { subject: NoteSubject; isPrimary?: boolean }) {
  const { t } = useText();
  const create = useNewNote();
  // A note lives in one's own space, so a conference that one may only read is no hindrance; a failing disk is.
  const isStopped = useIsStopped();
  const [isPending, setIsPending] = useState(false);
  const write = async () => {
    setIsPending(true);
    const name = await create(subject);
    setIsPending(false);
    if (name) go("note", name);
  };
  const attach = async (file: File | undefined) => {
    if (!file) return;
    setIsPending(true);
    const name = await create(subject, file.name.replace(/\.\w+$/, ""));
    try {
      if (!name) return;
      const body = new Uint8Array(await file.arrayBuffer());
      await callRaw("attach", { name, file_name: file.name, media_type: file.type || "application/octet-stream" }, body);
      announce([{ event: "document_changed", name, by: [] }]);
    } catch (cause) {
      toast({ text: t(`common.failure_${cause instanceof Failure ? cause.code : "internal"}`), isFailure: true });
    } finally {
      setIsPending(false);
    }
    if (name) go("note", name);
  };
  return (
    <div className="row note-here not-printed">
      <Button look={isPrimary ? "primary" : "plain"} icon="write" isDisabled={isStopped} isPending={isPending} onPress={() => void write()}>{t("conference.write_note")}</Button>
      <FileTrigger acceptedFileTypes={["image/*"]} defaultCamera="environment" onSelect={(files) => void attach(files?.[0])}>
        <Button icon="picture" isDisabled={isStopped} isPending={isPending}>{t("conference.take_picture")}</Button>
      </FileTrigger>
      <FileTrigger onSelect={(files) => void attach(files?.[0])}>
        <Button icon="attachment" isDisabled={isStopped} isPending={isPending}>{t("conference.attach_file")}</Button>
      </FileTrigger>
    </div>
  );
}
