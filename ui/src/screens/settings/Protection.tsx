// What this device's data is encrypted with, and setting the passphrase.

import { useState } from "react";
import { call, type Failure } from "../../engine/bridge";
import { useLock } from "../../engine/lock";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { Dialog } from "../../parts/overlays";
import { toast } from "../../parts/toast";

/** As the engine asks for it. */
const passphraseMin = 8;

export function ProtectionSection() {
  const { t } = useText();
  const [lock, again] = useLock();
  const [isOpen, setIsOpen] = useState(false);
  if (!lock) return null;
  const isLocking = lock.protection === "passphrase";
  const done = () => {
    setIsOpen(false);
    again();
    toast({ text: t("start.passphrase_is_set") });
  };
  return (
    <section className="section">
      <h2>{t("start.protection")}</h2>
      <div className="stack">
        <p className={lock.protection === "none" ? "" : "soft"}>{t(`start.protection_${lock.protection}`)}</p>
        {lock.protection !== "key_store" && <div className="row"><Button isWriting onPress={() => setIsOpen(true)}>{t(isLocking ? "start.change_passphrase" : "start.set_passphrase")}</Button></div>}
        {isOpen && <PassphraseDialog isLocking={isLocking} onClose={() => setIsOpen(false)} onDone={done} />}
      </div>
    </section>
  );
}

function PassphraseDialog({ isLocking, onClose, onDone }: { isLocking: boolean; onClose: () => void; onDone: () => void }) {
  const { t } = useText();
  const [former, setFormer] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [isPending, setIsPending] = useState(false);
  const isShort = [...passphrase].length < passphraseMin;
  const isWrong = failure?.code === "wrong_passphrase";
  const set = async () => {
    setIsPending(true);
    try {
      await call("set_passphrase", { passphrase, former: isLocking ? former : null });
      onDone();
    } catch (cause) {
      setFailure(cause as Failure);
      setIsPending(false);
    }
  };
  const errorOf = (text: string | false | undefined) => (text ? { error: text } : {});
  return (
    <Dialog title={t(isLocking ? "start.change_passphrase" : "start.set_passphrase")} isOpen onClose={onClose}
      actions={<Button look="primary" isWriting isPending={isPending} isDisabled={isShort || passphrase !== again || (isLocking && !former)} onPress={() => void set()}>{t(isLocking ? "start.change_passphrase" : "start.set_passphrase")}</Button>}>
      <div className="stack">
        {failure && !isWrong && <p role="alert" className="error">{t(`common.failure_${failure.code}`)}</p>}
        {isLocking && <TextField label={t("start.passphrase_former")} type="password" value={former} onChange={(value) => { setFormer(value); setFailure(undefined); }} autoFocus {...errorOf(isWrong && t("common.failure_wrong_passphrase"))} />}
        <TextField label={t("start.passphrase_new")} type="password" hint={t("start.passphrase_hint")} value={passphrase} onChange={setPassphrase} autoFocus={!isLocking} {...errorOf(passphrase !== "" && isShort && t("start.passphrase_short"))} />
        <TextField label={t("start.passphrase_again")} type="password" value={again} onChange={setAgain} {...errorOf(again !== "" && passphrase !== again && t("start.passphrase_differs"))} />
      </div>
    </Dialog>
  );
}
