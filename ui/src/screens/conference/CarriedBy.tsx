// The plan items that carry out a recommendation, and how far each is.

import type { Link, Status } from "../../engine/types";
import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Bdi } from "../../parts/words";
import { itemOf, type OpenedPlan } from "./views";

/** Filled as far as the work is: so a status is seen without its words, and not by colour. */
const discs: Record<Status, string> = { open: "○", in_progress: "◐", done: "●", not_done: "⊘", not_applicable: "–" };

export function StatusMark({ status }: { status: Status | null }) {
  const { t } = useText();
  const known = status ?? "open";
  return <span className="chip"><span aria-hidden className="status-disc">{discs[known]}</span>{t(`conference.status_${known}`)}</span>;
}

export function CarriedBy({ links, plans }: { links: Link[]; plans: OpenedPlan[] }) {
  const { t } = useText();
  if (links.length === 0) return <span className="soft">{t("conference.in_no_plan")}</span>;
  return links.map((link) => {
    const found = itemOf(plans, link);
    if (!found) return <span key={link} className="soft">{t("conference.plan_elsewhere")}</span>;
    return (
      <To key={link} route="plan-item" params={{ ...found.plan.name, item: found.item.id }} className="link">
        <StatusMark status={found.item.status} /> <Bdi>{found.plan.plan.title ?? t("conference.nameless")}</Bdi>
      </To>
    );
  });
}
