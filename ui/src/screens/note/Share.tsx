// Sharing a note: one chooses a space, is told by name who will read the copy, and only then it is made.

import { useState } from "react";
import { go } from "../../app/router";
import { mayWriteIn } from "../../app/write";
import { settleNote } from "../../editor/session";
import { useSend } from "../../engine/edit";
import { useQuery } from "../../engine/query";
import { useApp } from "../../engine/store";
import type { DocumentName, SpaceId } from "../../engine/types";
import { useText } from "../../i18n/text";
import { OrganisationMark } from "../../look/OrganisationMark";
import { Button, To } from "../../parts/Button";
import { Select } from "../../parts/choices";
import { Dialog } from "../../parts/overlays";
import { Answer } from "../../parts/states";
import { toast } from "../../parts/toast";
import { ReaderList } from "./Readers";

export function Share({ name, isOpen, onClose }: { name: DocumentName; isOpen: boolean; onClose: () => void }) {
  const { t } = useText();
  const { start } = useApp();
  const send = useSend();
  const [to, setTo] = useState<SpaceId | null>(null);
  const [isPending, setIsPending] = useState(false);
  const spaces = (start?.spaces ?? []).filter((each) => each.space !== name.space && mayWriteIn(each));
  const members = useQuery("members", to === null ? null : { space: to });
  const share = async () => {
    if (to === null) return;
    setIsPending(true);
    await settleNote(name);
    const copy = await send("share", { name, to });
    setIsPending(false);
    if (!copy) return;
    toast({ text: t("note.shared", { space: spaces.find(({ space }) => space === to)?.title ?? "" }) });
    onClose();
    go("note", copy);
  };
  return (
    <Dialog title={t("note.share_title")} isOpen={isOpen} onClose={onClose}
      actions={<Button look="primary" icon="share" isDisabled={members.value === undefined} isPending={isPending} onPress={() => void share()}>{t("note.share_action")}</Button>}>
      {spaces.length === 0 ? <p>{t("note.no_other_space")} <To route="welcome">{t("start.another")}</To></p> : (
        <div className="stack">
          <p className="soft">{t("note.share_hint")}</p>
          <Select label={t("note.share_to")} value={to} onChange={setTo} options={spaces.map(({ space, title }) => ({ id: space, label: title, mark: <OrganisationMark name={title} /> }))} />
          {to !== null && (
            <Answer query={members}>
              {({ members: all }) => (
                <div>
                  <p className="small soft">{t("note.share_who")}</p>
                  <ReaderList readers={all.filter(({ is_removed }) => !is_removed).map(({ name: person, organisation, is_me, member }) => ({ name: person, organisation, is_me, member, device: null }))} />
                </div>
              )}
            </Answer>
          )}
        </div>
      )}
    </Dialog>
  );
}
