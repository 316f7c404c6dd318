// A code or link to hand on: to be read, and to be copied.

import { type ReactNode, useRef } from "react";
import { useText } from "../i18n/text";
import { Button } from "./Button";
import { toast } from "./toast";

/** `label` is what the button says; `children` stand beside it. */
export function CopyCode({ code, label, children }: { code: string; label?: string; children?: ReactNode }) {
  const { t } = useText();
  const shown = useRef<HTMLParagraphElement>(null);
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => toast({ text: t("common.copied") }),
      // Where the system lets no page copy by itself, it is selected for whoever does.
      () => getSelection()?.selectAllChildren(shown.current!),
    );
  return (
    <>
      <p ref={shown} className="code" dir="ltr">{code}</p>
      <div className="row not-printed">
        <Button look={label ? "primary" : "plain"} icon="copy" onPress={() => void copy()}>{label ?? t("common.copy")}</Button>
        {children}
      </div>
    </>
  );
}
