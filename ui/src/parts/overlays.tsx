// What lies over the screen: dialogs, sheets and menus. The system's back closes them first.

import { type ReactNode, useEffect, useRef, useState } from "react";
import {
  Dialog as AriaDialog, Heading, Menu as AriaMenu, MenuItem, MenuTrigger, Modal, ModalOverlay, Popover, Separator,
} from "react-aria-components";
import { useBackCloses } from "../app/router";
import { useText } from "../i18n/text";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";
import { Bdi, Written } from "./words";

type OverlayProps = { title: string; isOpen: boolean; onClose: () => void; children: ReactNode; actions?: ReactNode };

function Overlay({ title, isOpen, onClose, children, actions, look, role }: OverlayProps & { look: "dialog" | "sheet"; role?: "dialog" | "alertdialog" }) {
  const { t } = useText();
  useBackCloses(isOpen, onClose);
  return (
    <ModalOverlay className={`veil of-${look}`} isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable={role !== "alertdialog"}>
      <Modal className={look}>
        <AriaDialog className="overlay-body" role={role ?? "dialog"}>
          <header className="spread overlay-head">
            <Heading slot="title" level={2}><Written text={title} /></Heading>
            {role !== "alertdialog" && <Button look="quiet" icon="close" label={t("common.close")} onPress={onClose} />}
          </header>
          <div className="overlay-content">{children}</div>
          {actions && <footer className="overlay-actions">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A short question or form in the middle of the screen. */
export function Dialog(props: OverlayProps) {
  return <Overlay {...props} look="dialog" />;
}

/** From the bottom on phones, 400 px at the inline end in wide windows. */
export function Sheet(props: OverlayProps) {
  return <Overlay {...props} look="sheet" />;
}

/** Asks before what cannot be taken back; says in `children` what will happen. `action` names the deed, never "OK". */
export function ConfirmDialog({ title, isOpen, onClose, children, action, onConfirm, isDangerous = false }: Omit<OverlayProps, "actions"> & {
  action: string; onConfirm: () => void | Promise<void>; isDangerous?: boolean;
}) {
  const { t } = useText();
  const [isPending, setIsPending] = useState(false);
  const confirm = async () => {
    setIsPending(true);
    try {
      await onConfirm();
    } finally {
      setIsPending(false);
      onClose();
    }
  };
  return (
    <Overlay title={title} isOpen={isOpen} onClose={onClose} look="dialog" role="alertdialog" actions={
      <>
        <Button onPress={onClose} autoFocus>{t("common.cancel")}</Button>
        <Button look={isDangerous ? "danger" : "primary"} isPending={isPending} onPress={() => void confirm()}>{action}</Button>
      </>
    }>
      {children}
    </Overlay>
  );
}

export type MenuEntry = { id: string; label: string; icon?: IconName; mark?: ReactNode; onAction: () => void; isDangerous?: boolean; isDisabled?: boolean } | "line";

/** `trigger` is a Button. What is chosen is done once the menu is gone and the focus is back on its button, so that it can
 *  take the focus along. */
export function Menu({ label, trigger, entries }: { label: string; trigger: ReactNode; entries: MenuEntry[] }) {
  const [isOpen, setIsOpen] = useState(false);
  const chosen = useRef<(() => void) | null>(null);
  useEffect(() => {
    if (isOpen || !chosen.current) return;
    // The library gives the focus back in the next frame too, and has asked for that one before.
    requestAnimationFrame(chosen.current);
    chosen.current = null;
  }, [isOpen]);
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      {trigger}
      <Popover className="popover">
        <AriaMenu className="options" aria-label={label}>
          {entries.map((entry, index) =>
            entry === "line" ? (
              <Separator key={index} className="menu-line" />
            ) : (
              <MenuItem key={entry.id} id={entry.id} textValue={entry.label} onAction={() => (chosen.current = entry.onAction)} isDisabled={entry.isDisabled ?? false} className={entry.isDangerous ? "option dangerous" : "option"}>
                {entry.mark ?? (entry.icon && <Icon name={entry.icon} size={18} />)}
                <Bdi>{entry.label}</Bdi>
              </MenuItem>
            ),
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
