// How things stand between this device and the servers: what is where, what waits, and what went wrong.

import { useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import type { DocumentLine, SpaceSync } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { Answer } from "../parts/states";
import { toast } from "../parts/toast";
import { Bdi, Heading, SyncMark } from "../parts/words";
import "./members.css";

export default function Sync() {
  const { t } = useText();
  const send = useSend();
  const query = useQuery("sync", {});
  const ask = async () => {
    if ((await send("sync_now", {})) !== undefined) toast({ text: t("sync.asked") });
  };
  return (
    <>
      <Heading actions={<Button icon="sync" onPress={() => void ask()}>{t("sync.now")}</Button>}>{t("sync.title")}</Heading>
      <Answer query={query}>{(sync) => <>{sync.spaces.map((space) => <Space key={space.space} space={space} />)}</>}</Answer>
    </>
  );
}

function Space({ space }: { space: SpaceSync }) {
  const { t, relative, number } = useText();
  const documents = useQuery("documents", space.waiting > 0 ? { space: space.space, kind: null, only: "on_device" } : null);
  const waiting = documents.value ?? [];
  return (
    <section className="section">
      <div className="spread">
        <h2><Bdi>{space.title}</Bdi></h2>
        <SyncMark state={space.state} />
      </div>
      <p role="status">{t(`sync.${space.state}`)}</p>
      {space.progress && (
        <p className="row">
          <progress value={space.progress.position} max={Math.max(space.progress.head, 1)} aria-label={t("sync.receiving")} />
          <span className="soft numeric">{t("sync.progress", { done: number(space.progress.position), all: number(space.progress.head) })}</span>
        </p>
      )}
      <ul className="soft small">
        {space.server && <li><bdi dir="ltr">{space.server}</bdi></li>}
        {space.offline_since_ms !== null && <li>{t("sync.offline_since", { when: relative(space.offline_since_ms) })}</li>}
        {space.last_contact_ms !== null && <li>{t("sync.last_contact", { when: relative(space.last_contact_ms) })}</li>}
      </ul>
      {space.state === "no_access" && space.no_access && <p>{t(`sync.${space.no_access}`)}</p>}
      {space.why && (
        <>
          <p>{t(`sync.why_${space.why}`)}</p>
          {space.detail && <details className="soft small"><summary>{t("sync.detail")}</summary><bdi dir="ltr">{space.detail}</bdi></details>}
        </>
      )}
      {space.has_two_logs && <p>{t("sync.two_logs")}</p>}
      {space.server && (
        <>
          <h3>{space.waiting > 0 ? t("common.waiting_edits", { count: space.waiting }) : t("sync.all_sent")}</h3>
          {space.waiting > 0 && <p className="soft small">{t("sync.waiting_hint")}</p>}
          <Lines lines={waiting} />
        </>
      )}
      {space.held > 0 && (
        <div className="row">
          <p>{t("sync.held", { count: space.held })}</p>
          <To route="members" params={{ space: space.space }}>{t("sync.to_members")}</To>
        </div>
      )}
      {space.parked.length > 0 && (
        <>
          <h3>{t("sync.parked")}</h3>
          <p className="soft small">{t("sync.parked_hint")}</p>
          <Lines lines={space.parked} />
        </>
      )}
      {space.quarantined.length > 0 && (
        <>
          <h3>{t("sync.quarantined")}</h3>
          <p className="soft small">{t("sync.quarantined_hint")}</p>
          <ul className="ruled small">
            {space.quarantined.map(({ document, reason }, index) => (
              <li key={index}><bdi className="code" dir="ltr">{document.document.slice(0, 8)}</bdi> <bdi dir="ltr">{reason}</bdi></li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Documents with the way to each; at most as many as a screen holds. */
function Lines({ lines }: { lines: DocumentLine[] }) {
  const { t } = useText();
  const shown = lines.slice(0, 50);
  return (
    <ul className="ruled">
      {shown.map((line) => (
        <li key={line.name.document}>
          <To route={line.kind} params={line.name} className="line"><Bdi>{line.title || line.first_words || t("sync.untitled")}</Bdi></To>
        </li>
      ))}
    </ul>
  );
}
