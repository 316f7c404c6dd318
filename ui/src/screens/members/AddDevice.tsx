// Adding a second device of one's own: this one shows an offer, and takes the new one's answer.

import { useState } from "react";
import { useSend } from "../../engine/edit";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
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
  const begin = async () => setOffer(await send("pair_offer", {}));
  const finish = async () => {
    const name = label.trim() || t("members.pair_label_default");
    if ((await send("pair_finish", { answer: answer.trim(), label: name })) === undefined) return;
    toast({ text: t("members.pair_done") });
    setOffer(undefined);
    setAnswer("");
  };
  return (
    <>
      <Button icon="phone" isWriting onPress={() => void begin()}>{t("members.add_device")}</Button>
      <Dialog title={t("members.pair_title")} isOpen={offer !== undefined} onClose={() => setOffer(undefined)}
        actions={<Button look="primary" isWriting isDisabled={!answer.trim()} onPress={() => void finish()}>{t("members.pair_finish")}</Button>}>
        {offer && (
          <div className="stack">
            <p>{t("members.pair_step_offer")}</p>
            <Qr svg={offer.svg} label="" />
            <p className="code" dir="ltr">{offer.code}</p>
            <p>{t("members.pair_step_answer")}</p>
            <TextField label={t("members.pair_answer")} dir="ltr" value={answer} onChange={setAnswer} />
            <TextField label={t("members.pair_label")} placeholder={t("members.pair_label_default")} value={label} onChange={setLabel} />
          </div>
        )}
      </Dialog>
    </>
  );
}
