// What a screen shows when it has nothing to show, or not all.

import type { ReactNode } from "react";
import { Failure } from "../engine/bridge";
import type { Query } from "../engine/query";
import type { SpaceView } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "./Button";
import { Icon, type IconName } from "./Icon";

function State({ icon, title, hint, children, role }: { icon?: IconName; title: string; hint?: ReactNode; children?: ReactNode; role?: "status" | "alert" }) {
  return (
    <section className="state" role={role}>
      {icon && <Icon name={icon} size={28} />}
      <h2>{title}</h2>
      {hint && <p className="soft">{hint}</p>}
      {children && <div className="row">{children}</div>}
    </section>
  );
}

/** Nothing yet; `children` is the button that begins. */
export function Empty({ title, hint, children }: { title: string; hint?: ReactNode; children?: ReactNode }) {
  return <State title={title} hint={hint}>{children}</State>;
}

export function Loading() {
  return <State role="status" title={useText().t("common.loading")} />;
}

export function Failed({ error, retry }: { error?: unknown; retry?: () => void }) {
  const { t } = useText();
  const hint = error instanceof Failure ? t(`common.failure_${error.code}`) : t("common.failed_hint");
  return (
    <State role="alert" icon="problem" title={t("common.failed")} hint={hint}>
      {retry && <Button onPress={retry}>{t("common.retry")}</Button>}
    </State>
  );
}

export function NotFound() {
  const { t } = useText();
  return (
    <State icon="none" title={t("common.not_found")} hint={t("common.not_found_hint")}>
      <To route="today" className="button plain">{t("common.to_today")}</To>
    </State>
  );
}

/** The first answer of a query, or what stands in for it: nothing for 300 ms, then loading, or why it failed. */
export function Answer<Value>({ query, children }: { query: Query<Value>; children: (value: Value) => ReactNode }) {
  if (query.value !== undefined) return children(query.value);
  if (query.error) return query.error.code === "not_found" ? <NotFound /> : <Failed error={query.error} retry={query.refetch} />;
  return query.isSlow ? <Loading /> : null;
}

function Notice({ icon, title, hint }: { icon: IconName; title: string; hint: string }) {
  return (
    <aside className="notice" role="status">
      <Icon name={icon} />
      <p><strong>{title}</strong> <span className="soft">{hint}</span></p>
    </aside>
  );
}

export function Offline() {
  const { t } = useText();
  return <Notice icon="offline" title={t("common.offline")} hint={t("common.offline_hint")} />;
}

/** How one stands in a space, where it is not plainly that of a member who writes. */
export function StandingNotice({ space }: { space: SpaceView }) {
  const { t } = useText();
  if (space.standing === "removed") return <Notice icon="lock" title={t("common.removed")} hint={t("common.removed_hint")} />;
  if (space.standing === "held") return <Notice icon="clock" title={t("common.held")} hint={t("common.held_hint")} />;
  if (space.standing === "waiting") return <Notice icon="clock" title={t("common.waiting")} hint={t("common.waiting_hint")} />;
  if (space.role === "viewer") return <Notice icon="lock" title={t("common.read_only")} hint={t("common.read_only_hint")} />;
  return null;
}
