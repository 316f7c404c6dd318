// Adding a second device of one's own: this one shows an offer, and takes the new one's answer.

import { useState } from "react";
import { useRoute } from "../../app/router";
import { useSend } from "../../engine/edit";
import { useApp } from "../../engine/store";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { CopyCode } from "../../parts/CopyCode";
import { TextField } from "../../parts/fields";
import { Dialog } from "../../parts/overlays";
import { Qr } from "../../parts/Qr";
import { toast } from "../../parts/toast";

export function AddDevice() {
  const { t } = useText();
  const send = useSend();
  const [offer, setOffer] = useState<{ code: string; svg: string }>();
  const [answer, setAnswer] = useState("");
  const [label, setLabel] = useState("");
  const { start } = useApp();
  const isInSettings = useRoute()?.name === "settings";
  // The new device gets its spaces from their servers.
  const hasServer = start?.spaces.some(({ server, standing }) => server !== null && standing === "member");
  const begin = async () => setOffer(await send("pair_offer", {}));
  const finish = async () => {
    const name = label.trim() || t("members.pair_label_default");
    if ((await send("pair_finish", { answer: answer.trim(), label: name })) === undefined) return;
    toast({ text: t("members.pair_done") });
    setOffer(undefined);
    setAnswer("");
  };
  if (!hasServer) return <p className="soft">{t("members.pair_no_server")} {!isInSettings && <To route="settings">{t("members.to_settings")}</To>}</p>;
  return (
    <>
      <Button icon="phone" isWriting onPress={() => void begin()}>{t("members.add_device")}</Button>
      <Dialog title={t("members.pair_title")} isOpen={offer !== undefined} onClose={() => setOffer(undefined)}
        actions={<Button look="primary" isWriting isDisabled={!answer.trim()} onPress={() => void finish()}>{t("members.pair_finish")}</Button>}>
        {offer && (
          <div className="stack">
            <p>{t("members.pair_step_offer")}</p>
            <Qr svg={offer.svg} label="" />
            <CopyCode code={offer.code} />
            <p>{t("members.pair_step_answer")}</p>
            <TextField label={t("members.pair_answer")} dir="ltr" value={answer} onChange={setAnswer} />
            <TextField label={t("members.pair_label")} placeholder={t("members.pair_label_default")} value={label} onChange={setLabel} />
          </div>
        )}
      </Dialog>
    </>
  );
}
