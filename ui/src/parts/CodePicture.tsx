// A QR code that is photographed on a phone, or read from a picture anywhere.

import { callRaw } from "../engine/bridge";
import { useText } from "../i18n/text";
import { toast } from "./toast";

export function CodePicture({ onFound }: { onFound: (text: string) => void }) {
  const { t } = useText();
  const read = async (file: File | undefined) => {
    if (!file) return;
    const found = await callRaw("read_qr", {}, new Uint8Array(await file.arrayBuffer())).catch(() => null);
    if (found) onFound(found);
    else toast({ text: t("members.picture_failed"), isFailure: true });
  };
  return (
    <div className="row">
      <label className="button plain file-button by-camera">
        {t("members.by_camera")}
        <input className="only-heard" type="file" accept="image/jpeg" capture="environment" onChange={(event) => void read(event.target.files?.[0])} />
      </label>
      <label className="button plain file-button">
        {t("members.picture")}
        <input className="only-heard" type="file" accept="image/png,image/jpeg,image/webp" onChange={(event) => void read(event.target.files?.[0])} />
      </label>
    </div>
  );
}
