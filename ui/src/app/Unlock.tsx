// Instead of everything else, while the device's data waits for its key.

import { type FormEvent, useState } from "react";
import { call, type Failure } from "../engine/bridge";
import { useLock } from "../engine/lock";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { TextField } from "../parts/fields";

export function Unlock() {
  const { t } = useText();
  const [lock] = useLock();
  const [passphrase, setPassphrase] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [isPending, setIsPending] = useState(false);
  if (!lock) return null;
  const isStore = lock.protection === "key_store";
  const unlock = async (event: FormEvent) => {
    event.preventDefault();
    setIsPending(true);
    try {
      await call("unlock", { passphrase });
      // The page begins anew, over data that can be read.
      location.reload();
    } catch (cause) {
      setFailure(cause as Failure);
      setIsPending(false);
    }
  };
  const wrong = failure && t(`common.failure_${failure.code}`);
  return (
    <form className="stack" onSubmit={(event) => void unlock(event)}>
      <h1>{t("start.locked")}</h1>
      <p className="soft">{t(isStore ? "start.locked_key_store" : "start.locked_hint")}</p>
      {isStore
        ? wrong && <p role="alert" className="error">{wrong}</p>
        : <TextField label={t("start.passphrase")} type="password" value={passphrase} onChange={(value) => { setPassphrase(value); setFailure(undefined); }} autoFocus {...(wrong ? { error: wrong } : {})} />}
      <div className="row"><Button look="primary" type="submit" isPending={isPending} isDisabled={!isStore && !passphrase}>{t(isStore ? "common.retry" : "start.unlock")}</Button></div>
    </form>
  );
}
