// The versions of a document, newest first: the contents at each, what it changed, how it differs from now, and the
// way back to it.

import { useState } from "react";
import { useBackCloses } from "../app/router";
import type { Routes } from "../app/routes";
import { useIsWide } from "../app/Shell";
import { dayOf } from "../arabic/dates";
import { useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import { announce } from "../engine/store";
import type { DocumentName, DocumentView, Version } from "../engine/types";
import { useText } from "../i18n/text";
import { OrganisationMark } from "../look/OrganisationMark";
import { Button } from "../parts/Button";
import { ConfirmDialog } from "../parts/overlays";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, Empty } from "../parts/states";
import { Tabs } from "../parts/Tabs";
import { toast } from "../parts/toast";
import { Bdi, Heading, Written } from "../parts/words";
import { Changes } from "./looking/Changes";
import { ContentText } from "./looking/ContentText";
import { NoteText } from "./looking/NoteText";
import "./history.css";

export default function HistoryScreen({ params }: { params: Routes["history"] }) {
  const { t } = useText();
  const name = { space: params.space, document: params.document };
  const document = useQuery("document", { name, heads: null });
  const history = useQuery("history", { name });
  return (
    <Answer query={document}>
      {(view) => (
        <ReadOnly when={!view.may_write}>
          <Answer query={history}>
            {(versions) => versions.length === 0 ? (
              <><Heading above={view.content.title}>{t("common.history")}</Heading><Empty title={t("looking.no_versions")} hint={t("looking.no_versions_hint")} /></>
            ) : <Versions view={view} versions={versions} />}
          </Answer>
        </ReadOnly>
      )}
    </Answer>
  );
}

const keyOf = ({ heads }: Version) => heads.join();

function Versions({ view, versions }: { view: DocumentView; versions: readonly Version[] }) {
  const { t } = useText();
  const isWide = useIsWide(1024);
  const [chosen, setChosen] = useState<string | null>(null);
  // A wide window always shows one; on a phone the list comes first.
  const shown = versions.find((version) => keyOf(version) === chosen) ?? (isWide ? versions[0] : undefined);
  useBackCloses(!isWide && shown !== undefined, () => setChosen(null));
  const heading = <Heading above={view.content.title || t("looking.untitled")}>{t("common.history")}</Heading>;
  const list = (
    <ol className="ruled versions" aria-label={t("looking.versions")}>
      {versions.map((version, index) => (
        <li key={keyOf(version)}>
          <VersionLine version={version} isLatest={index === 0} isFirst={version.before.length === 0} isShown={isWide && version === shown} onPress={() => setChosen(keyOf(version))} />
        </li>
      ))}
    </ol>
  );
  if (isWide) return <>{heading}<div className="history"><div>{list}</div>{shown && <OneVersion key={keyOf(shown)} view={view} version={shown} isLatest={shown === versions[0]} />}</div></>;
  if (!shown) return <>{heading}{list}</>;
  return (
    <>
      {heading}
      <Button look="quiet" icon="back" onPress={() => setChosen(null)}>{t("looking.to_versions")}</Button>
      <OneVersion view={view} version={shown} isLatest={shown === versions[0]} />
    </>
  );
}

/** One day and two times, or both days where the version runs past midnight. */
function useSpan() {
  const { date, timeOf, t } = useText();
  return ({ from_ms, to_ms }: Version) => {
    const [from, to] = [dayOf(from_ms), dayOf(to_ms)];
    if (from !== to) return t("looking.span_days", { from: `${date(from)} ${timeOf(from_ms)}`, to: `${date(to)} ${timeOf(to_ms)}` });
    if (timeOf(from_ms) === timeOf(to_ms)) return `${date(to)} ${timeOf(to_ms)}`;
    return t("looking.span_day", { day: date(to), from: timeOf(from_ms), to: timeOf(to_ms) });
  };
}

function VersionLine({ version, isLatest, isFirst, isShown, onPress }: { version: Version; isLatest: boolean; isFirst: boolean; isShown: boolean; onPress: () => void }) {
  const { t } = useText();
  const span = useSpan();
  const { by, changes } = version;
  return (
    <button type="button" className="line version" onClick={onPress} aria-current={isShown || undefined}>
      <span className="version-who">
        {by.organisation && <OrganisationMark name={by.organisation} />}
        <strong><Bdi>{by.name ?? t("common.unknown_person")}</Bdi></strong>
        {by.is_me && <span className="soft">({t("common.you")})</span>}
        {isLatest && <span className="soft small">{t("looking.latest")}</span>}
      </span>
      {by.organisation && <span className="small soft"><Bdi>{by.organisation}</Bdi></span>}
      <span className="small soft">{span(version)}</span>
      <span className="small soft">{isFirst ? t("looking.created") : t("looking.changes_count", { count: changes })}</span>
    </button>
  );
}

type Part = "then" | "changed" | "now";

function OneVersion({ view, version, isLatest }: { view: DocumentView; version: Version; isLatest: boolean }) {
  const { t } = useText();
  const span = useSpan();
  const send = useSend();
  const [part, setPart] = useState<Part>("then");
  const [isAsked, setIsAsked] = useState(false);
  const then = useQuery("document", { name: view.name, heads: version.heads });
  const opensMinutes = hasApprovedMinutes(view) && then.value !== undefined && !hasApprovedMinutes(then.value);
  const restore = async () => {
    const before = view.heads;
    if (!(await restoreTo(version.heads))) return;
    toast({ text: t("looking.restored"), undo: () => void restoreTo(before) });
  };
  const restoreTo = async (heads: string[]) => {
    const isDone = (await send("restore_version", { name: view.name, heads })) !== undefined;
    if (isDone) announce([{ event: "document_changed", name: view.name, by: [] }]);
    return isDone;
  };
  const parts = [
    { id: "then" as const, label: t("looking.as_it_was"), content: <Then view={view} version={version} /> },
    { id: "changed" as const, label: t("looking.what_changed"), content: <Between view={view} from={version.before} to={version.heads} none={t("looking.nothing_changed")} /> },
    ...(isLatest ? [] : [{ id: "now" as const, label: t("looking.against_now"), content: <Between view={view} from={version.heads} to={view.heads} none={t("looking.same_as_now")} /> }]),
  ];
  return (
    <section className="one-version">
      <div className="version-head">
        <h2>{t("looking.version_of", { name: version.by.name ?? t("common.unknown_person"), time: span(version) })}</h2>
        {!isLatest && <Button icon="history" isWriting onPress={() => setIsAsked(true)}>{t("looking.restore_version")}</Button>}
      </div>
      <Tabs label={t("looking.version_view")} tabs={parts} value={part} onChange={setPart} />
      <ConfirmDialog title={t("looking.restore_version")} isOpen={isAsked} onClose={() => setIsAsked(false)} action={t("common.restore")} onConfirm={restore}>
        <p>{t("looking.restore_question")}</p>
        {opensMinutes && <p>{t("looking.restore_opens_minutes")}</p>}
      </ConfirmDialog>
    </section>
  );
}

const hasApprovedMinutes = ({ content }: DocumentView) => content.kind === "conference" && content.minutes_state === "approved";

function Then({ view, version }: { view: DocumentView; version: Version }) {
  const { t } = useText();
  const query = useQuery("document", { name: view.name, heads: version.heads });
  return (
    <Answer query={query}>
      {({ content }) => (
        <article className="then">
          <h3 dir="auto"><Written text={content.title || t("looking.untitled")} /></h3>
          <ContentText content={content} />
          {content.kind === "note" && <NoteThen name={view.name} heads={version.heads} />}
        </article>
      )}
    </Answer>
  );
}

function NoteThen({ name, heads }: { name: DocumentName; heads: string[] }) {
  const query = useQuery("note_body", { name, heads });
  return <Answer query={query}>{({ blocks }) => <NoteText blocks={blocks} />}</Answer>;
}

function Between({ view, from, to, none }: { view: DocumentView; from: string[]; to: string[]; none: string }) {
  const query = useQuery("since", { name: view.name, from, to });
  return <Answer query={query}>{({ lines }) => (lines.length === 0 ? <p className="soft">{none}</p> : <Changes view={view} changes={lines} />)}</Answer>;
}
