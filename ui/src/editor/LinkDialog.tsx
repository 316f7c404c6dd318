// A link is opened only after its address was read, and set only if it may be opened.

import { useState } from "react";
import type { EditorView } from "prosemirror-view";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { TextField } from "../parts/fields";
import { Outside } from "../parts/Outside";
import { Dialog } from "../parts/overlays";
import { setLink } from "./commands";
import { safeAddress, storedAddress } from "./links";

/** `value` is that of the link's mark, null where there is none yet. */
export type LinkAsked = { from: number; to: number; value: string | null; isEditing: boolean };
type Props = { asked: LinkAsked; view: EditorView; isReadOnly: boolean; edit: () => void; onClose: () => void };

export function LinkDialog(props: Props) {
  return props.asked.isEditing && !props.isReadOnly ? <Edit {...props} /> : <Open {...props} />;
}

function Open({ asked, isReadOnly, edit, onClose }: Props) {
  const { t } = useText();
  const stored = storedAddress(asked.value ?? "");
  const address = safeAddress(stored);
  return (
    <Dialog title={address ? t("note.open_link") : t("note.link")} isOpen onClose={onClose} actions={
      <>
        {!isReadOnly && <Button onPress={edit}>{t("note.change_link")}</Button>}
        {address && <Outside address={address} onOpened={onClose}>{t("common.open")}</Outside>}
      </>
    }>
      <p className="soft">{address ? t("note.open_link_hint") : t("note.link_closed")}</p>
      <p className="code">{stored}</p>
    </Dialog>
  );
}

function Edit({ asked, view, onClose }: Props) {
  const { t } = useText();
  const [typed, setTyped] = useState(() => storedAddress(asked.value ?? ""));
  const [isRefused, setIsRefused] = useState(false);
  const set = (address: string | null) => {
    setLink(asked.from, asked.to, address)(view.state, view.dispatch);
    onClose();
    view.focus();
  };
  const save = () => {
    const address = safeAddress(typed);
    if (address) set(address);
    else setIsRefused(true);
  };
  return (
    <Dialog title={asked.value === null ? t("note.set_link") : t("note.change_link")} isOpen onClose={onClose} actions={
      <>
        {asked.value !== null && <Button onPress={() => set(null)}>{t("note.take_link_off")}</Button>}
        <Button look="primary" isDisabled={!typed.trim()} onPress={save}>{t("common.save")}</Button>
      </>
    }>
      <div onKeyDown={(event) => event.key === "Enter" && save()}>
        <TextField label={t("note.address")} hint={t("note.address_hint")} dir="ltr" inputMode="url" value={typed} autoFocus error={isRefused ? t("note.address_refused") : undefined}
          onChange={(value) => { setTyped(value); setIsRefused(false); }} />
      </div>
    </Dialog>
  );
}
