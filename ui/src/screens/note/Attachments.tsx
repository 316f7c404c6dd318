// Pictures and files of a note. They are kept by their hash; one that is not on this device yet can be asked for.

import { useCallback, useEffect, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { callRaw, Failure } from "../../engine/bridge";
import { edits, useEdit, useSend } from "../../engine/edit";
import { announce, watchEvents } from "../../engine/store";
import type { Attachment, DocumentName, Hash, Item } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Dialog } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { toast } from "../../parts/toast";
import { Bdi } from "../../parts/words";

/** What a web view shows as a picture without running anything in it. */
const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", "image/bmp"]);

export function useAttach(name: DocumentName) {
  const { t } = useText();
  const { space, document } = name;
  const [isAttaching, setIsAttaching] = useState(false);
  const attach = useCallback(async (files: File[]) => {
    setIsAttaching(true);
    for (const file of files) {
      try {
        const body = new Uint8Array(await file.arrayBuffer());
        await callRaw("attach", { name: { space, document }, file_name: file.name, media_type: file.type || "application/octet-stream" }, body);
        announce([{ event: "document_changed", name: { space, document }, by: [] }]);
      } catch (cause) {
        toast({ text: `${file.name}: ${t(`common.failure_${cause instanceof Failure ? cause.code : "internal"}`)}`, isFailure: true });
      }
    }
    setIsAttaching(false);
  }, [space, document, t]);
  return { attach, isAttaching };
}

type Props = { name: DocumentName; attachments: Item<Attachment>[]; attach: (files: File[]) => Promise<void>; isAttaching: boolean };

export function Attachments({ name, attachments, attach, isAttaching }: Props) {
  const { t } = useText();
  const isReadOnly = useIsReadOnly();
  const kept = attachments.filter(({ deleted_at_ms, blob }) => deleted_at_ms === null && blob !== null);
  const add = (files: FileList | null) => void attach([...(files ?? [])]);
  if (isReadOnly && kept.length === 0) return null;
  return (
    <section className="attachments" aria-label={t("note.attachments")}>
      <div className="spread attachments-head">
        <h2>{t("note.attachments")}</h2>
        {!isReadOnly && (
          <div className="row not-printed">
            <FileTrigger acceptedFileTypes={["image/*"]} defaultCamera="environment" onSelect={add}><Button icon="picture" isPending={isAttaching}>{t("note.add_picture")}</Button></FileTrigger>
            <FileTrigger allowsMultiple onSelect={add}><Button icon="attachment" isPending={isAttaching}>{t("note.add_file")}</Button></FileTrigger>
          </div>
        )}
      </div>
      {isAttaching && <p role="status" className="soft small">{t("note.attaching")}</p>}
      <ul className="attachment-list">
        {kept.map((attachment) => <li key={attachment.id}><Shown name={name} attachment={attachment} blob={attachment.blob!} /></li>)}
      </ul>
    </section>
  );
}

/** The address of stored bytes in this page; null while they are not on this device. */
function useBlob(space: string, blob: Hash, mediaType: string): { address: string | null; isMissing: boolean } {
  const [found, setFound] = useState<{ address: string | null; isMissing: boolean }>({ address: null, isMissing: false });
  useEffect(() => {
    let address: string | null = null;
    let isGone = false;
    const read = async () => {
      if (address) return;
      const bytes = await callRaw("blob", { space, blob }).catch(() => new Uint8Array());
      if (isGone || address) return;
      if (bytes.length > 0) address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType }));
      setFound({ address, isMissing: address === null });
    };
    void read();
    // Nothing tells of one blob's arrival; it comes with a sync, which ends in one of these.
    const unwatch = watchEvents((events) => events.some(({ event }) => event === "sync_changed" || event === "documents_changed") && void read());
    return () => {
      isGone = true;
      unwatch();
      if (address) URL.revokeObjectURL(address);
    };
  }, [space, blob, mediaType]);
  return found;
}

function Shown({ name, attachment, blob }: { name: DocumentName; attachment: Item<Attachment>; blob: Hash }) {
  const { t, bytes } = useText();
  const edit = useEdit(name);
  const isReadOnly = useIsReadOnly();
  const label = attachment.name || t("note.attachment_untitled");
  const isPicture = pictures.has(attachment.media_type ?? "");
  // Anything that is no picture is handed over as bytes, never as a page that could run.
  const { address, isMissing } = useBlob(name.space, blob, isPicture ? attachment.media_type! : "application/octet-stream");
  const [isOpen, setIsOpen] = useState(false);
  const remove = async () => {
    const at = ["attachments", attachment.id];
    if (await edit(edits.remove(at))) toast({ text: t("note.attachment_removed"), undo: () => void edit(edits.restore(at)) });
  };
  const size = attachment.bytes === null ? "" : bytes(attachment.bytes);
  return (
    <div className={isPicture && address ? "attachment of-picture" : "attachment"}>
      {isPicture && address ? (
        <>
          <button type="button" className="picture" onClick={() => setIsOpen(true)} aria-label={t("note.open_file", { name: label })}><img src={address} alt={label} loading="lazy" /></button>
          <Dialog title={label} isOpen={isOpen} onClose={() => setIsOpen(false)}><img className="picture-whole" src={address} alt={label} /></Dialog>
        </>
      ) : <Icon name={isPicture ? "picture" : "attachment"} />}
      <div className="attachment-words">
        {address ? <a href={address} download={label} className="link"><Bdi>{label}</Bdi></a> : <Bdi>{label}</Bdi>}
        <span className="soft small">{size}</span>
        {isMissing && <Missing space={name.space} blob={blob} />}
      </div>
      {!isReadOnly && <Button look="quiet" icon="bin" label={t("note.remove_attachment", { name: label })} onPress={() => void remove()} />}
    </div>
  );
}

function Missing({ space, blob }: { space: string; blob: Hash }) {
  const { t } = useText();
  const send = useSend();
  const [isAsked, setIsAsked] = useState(false);
  const fetchIt = async () => {
    if ((await send("want_attachment", { space, blob })) !== undefined) setIsAsked(true);
  };
  if (isAsked) return <span className="small soft" role="status">{t("note.fetching")}</span>;
  return <span className="row small"><span className="soft">{t("note.not_here")}</span><Button look="quiet" icon="sync" onPress={() => void fetchIt()}>{t("note.fetch")}</Button></span>;
}
