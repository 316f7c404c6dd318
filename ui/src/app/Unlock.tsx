// Instead of everything else, while the device's data waits for its key.

import { type FormEvent, useState } from "react";
import { call, type Failure } from "../engine/bridge";
import { useLock } from "../engine/lock";
import { refreshStart } from "../engine/store";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { TextField } from "../parts/fields";
import { ConfirmDialog } from "../parts/overlays";

export function Unlock() {
  const { t } = useText();
  const [lock] = useLock();
  const [passphrase, setPassphrase] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [isPending, setIsPending] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  if (!lock) return null;
  const isStore = lock.protection === "key_store";
  const open = async (how: Promise<null>, then: () => void) => {
    setIsPending(true);
    try {
      await how;
      then();
    } catch (cause) {
      setFailure(cause as Failure);
      setIsPending(false);
    }
  };
  const unlock = (event: FormEvent) => {
    event.preventDefault();
    // The page begins anew, over data that can be read, and where it was left.
    void open(call("unlock", { passphrase }), () => location.reload());
  };
  const beginAnew = () => open(call("begin_anew", {}), () => void refreshStart());
  const wrong = failure && t(`common.failure_${failure.code}`);
  return (
    <form className="stack" onSubmit={unlock}>
      <h1>{t("start.locked")}</h1>
      <p className="soft">{t(isStore ? "start.locked_key_store" : "start.locked_hint")}</p>
      {isStore
        ? wrong && <p role="alert" className="error">{wrong}</p>
        : <TextField label={t("start.passphrase")} type="password" value={passphrase} onChange={(value) => { setPassphrase(value); setFailure(undefined); }} autoFocus {...(wrong ? { error: wrong } : {})} />}
      <div className="row"><Button look="primary" type="submit" isPending={isPending} isDisabled={!isStore && !passphrase}>{t(isStore ? "common.retry" : "start.unlock")}</Button><Button look="quiet" onPress={() => setIsLeaving(true)}>{t("start.begin_anew")}</Button></div>
      <ConfirmDialog isOpen={isLeaving} onClose={() => setIsLeaving(false)} isDangerous title={t("start.begin_anew_title")} action={t("start.begin_anew")} onConfirm={beginAnew}>
        <p>{t("start.begin_anew_hint")}</p>
      </ConfirmDialog>
    </form>
  );
}
