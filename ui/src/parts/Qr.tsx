// A QR code as a drawing of our own, so that no markup from outside the page enters it.

import { useText } from "../i18n/text";

/** `svg` is what the engine drew: a square view box and one path. Nothing is shown where there is none. */
export function Qr({ svg, label }: { svg: string; label: string }) {
  const { t } = useText();
  const viewBox = /viewBox="([\d .]+)"/.exec(svg)?.[1];
  const path = [...svg.matchAll(/ d="([\w\d .,-]+)"/g)].map(([, d]) => d).join("");
  if (!viewBox || !path) return null;
  return (
    <svg className="qr" viewBox={viewBox} role="img" aria-label={`${t("members.scan")} ${label}`}>
      <rect className="qr-paper" width="100%" height="100%" />
      <path className="qr-ink" d={path} />
    </svg>
  );
}
