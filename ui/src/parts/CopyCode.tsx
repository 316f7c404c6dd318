// A code or link to hand on: to be read, and to be copied.

import { useText } from "../i18n/text";
import { Button } from "./Button";
import { toast } from "./toast";

export function CopyCode({ code }: { code: string }) {
  const { t } = useText();
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    toast({ text: t("common.copied") });
  };
  return (
    <>
      <p className="code" dir="ltr">{code}</p>
      <div className="row not-printed"><Button icon="copy" onPress={() => void copy()}>{t("common.copy")}</Button></div>
    </>
  );
}
