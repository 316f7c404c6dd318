// Writing, photographing and attaching to where one is: one tap makes a note that says what it belongs to.

import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { go } from "../../app/router";
import { type Subject, useNewNote, useNoteSpace } from "../../app/write";
import { callRaw, Failure } from "../../engine/bridge";
import { announce, useIsStopped } from "../../engine/store";
import type { CommandError, DocumentName } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { toast } from "../../parts/toast";

export function NoteHere({ subject, isPrimary = false }: { subject: Subject; isPrimary?: boolean }) {
  const { t } = useText();
  const create = useNewNote();
  const space = useNoteSpace();
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
    const failure = name && (await attachTo(name, file));
    setIsPending(false);
    if (!name) return;
    go("note", name);
    // Told on the note's screen, since a failure goes with the screen that it was told on.
    if (failure) toast({ text: t(`common.failure_${failure}`), isFailure: true });
  };
  if (!space) return <p className="small soft not-printed">{t("conference.nowhere_to_write")} <To route="welcome">{t("start.another")}</To></p>;
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

/** Gives why it failed. */
async function attachTo(name: DocumentName, file: File): Promise<CommandError["code"] | null> {
  try {
    const body = new Uint8Array(await file.arrayBuffer());
    await callRaw("attach", { name, file_name: file.name, media_type: file.type || "application/octet-stream" }, body);
    announce([{ event: "document_changed", name, by: [] }]);
    return null;
  } catch (cause) {
    return cause instanceof Failure ? cause.code : "internal";
  }
}
