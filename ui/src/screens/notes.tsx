// The notes of the shown space or of all spaces, those written last first.

import { useEffect, useMemo, useRef, useState } from "react";
import { useNoteSpace, useWrite } from "../app/write";
import { useRoute } from "../app/router";
import { useQuery } from "../engine/query";
import { useApp, useSpace } from "../engine/store";
import type { DocumentLine } from "../engine/types";
import { useText } from "../i18n/text";
import { OrganisationMark } from "../look/OrganisationMark";
import { Button, To } from "../parts/Button";
import { Select } from "../parts/choices";
import { Icon } from "../parts/Icon";
import { Answer, Empty, StandingNotice } from "../parts/states";
import { Bdi, Heading, Written } from "../parts/words";
import "./notes.css";

const any = "any";
type Filter = { tag: string; conference: string; space: string };
const noFilter: Filter = { tag: any, conference: any, space: "shown" };
/** More lines are drawn as one scrolls near the end of these. */
const drawnMin = 24;
/** The last edited ones, of which a window shows a few. The others are asked for once one scrolls that far or filters. */
const linesMin = 200;

export default function Notes({ isList = false }: { params: {}; isList?: boolean }) {
  const { t } = useText();
  const space = useSpace();
  const write = useWrite();
  const isRefused = useNoteSpace() === null;
  const [filter, setFilter] = useState<Filter | null>(null);
  const isOfAll = filter?.space === any;
  const [isWhole, setIsWhole] = useState(false);
  const wanted = space && { space: isOfAll ? null : space.space, kind: "note" as const, only: "kept" as const };
  const first = useQuery("documents", wanted && { ...wanted, limit: linesMin });
  const whole = useQuery("documents", isWhole || filter ? wanted : null);
  const query = whole.value ? whole : first;
  return (
    <div className="notes">
      <Heading actions={
        <>
          <Button look="quiet" icon="filter" label={t("note.filter")} onPress={() => setFilter(filter ? null : noFilter)} />
          <Button look={isList ? "quiet" : "primary"} icon="write" isWriting isDisabled={isRefused} onPress={() => void write({})} label={t("common.write")}>{isList ? undefined : t("common.write")}</Button>
        </>
      }>{t("common.notes")}</Heading>
      {space && !isList && <StandingNotice space={space} />}
      <Answer query={query}>
        {(lines) => {
          if (filter) return <Filtered lines={lines} filter={filter} setFilter={setFilter} isList={isList} />;
          if (lines.length === 0) {
            return <Empty title={t("note.none")} hint={t("note.none_hint")}><Button look="primary" icon="write" isWriting isDisabled={isRefused} onPress={() => void write({})}>{t("common.write")}</Button></Empty>;
          }
          return <Lines lines={lines} isList={isList} onEnd={() => setIsWhole(true)} />;
        }}
      </Answer>
    </div>
  );
}

function Filtered({ lines, filter, setFilter, isList }: { lines: DocumentLine[]; filter: Filter; setFilter: (filter: Filter) => void; isList: boolean }) {
  const { t } = useText();
  const { start } = useApp();
  const conferences = useQuery("documents", { space: null, kind: "conference" });
  const names = [...new Set(lines.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b, "ar"));
  const used = new Set(lines.map(({ conference }) => conference));
  const shown = lines.filter(({ tags, conference }) =>
    (filter.tag === any || tags.includes(filter.tag)) && (filter.conference === any || conference === filter.conference));
  const everything = { id: any, label: t("note.any") };
  return (
    <>
      <div className="notes-filter" role="group" aria-label={t("note.filter")}>
        {(start?.spaces.length ?? 0) > 1 && (
          <Select label={t("common.spaces")} value={filter.space} onChange={(space) => setFilter({ ...filter, space })} options={[{ id: "shown", label: t("note.this_space") }, everything]} />
        )}
        <Select label={t("note.by_tag")} value={filter.tag} onChange={(tag) => setFilter({ ...filter, tag })} options={[everything, ...names.map((id) => ({ id, label: id }))]} />
        <Select label={t("note.by_conference")} value={filter.conference} onChange={(conference) => setFilter({ ...filter, conference })}
          options={[everything, ...(conferences.value ?? []).filter(({ name }) => used.has(name.document)).map(({ name, title }) => ({ id: name.document, label: title || t("note.conference_untitled") }))]} />
        <p className="soft small" role="status">{t("note.shown_notes", { count: shown.length })}</p>
      </div>
      {shown.length === 0 ? <Empty title={t("note.none_here")} /> : <Lines lines={shown} isList={isList} />}
    </>
  );
}

function Lines({ lines, isList, onEnd }: { lines: DocumentLine[]; isList: boolean; onEnd?: () => void }) {
  const { relative, t } = useText();
  const { start } = useApp();
  const route = useRoute();
  const [drawn, setDrawn] = useState(drawnMin);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!end.current || !("IntersectionObserver" in window)) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setDrawn((count) => count + drawnMin), { rootMargin: "800px" });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [drawn, lines.length]);
  const isAtEnd = drawn >= lines.length && lines.length >= linesMin;
  useEffect(() => {
    if (isAtEnd) onEnd?.();
  }, [isAtEnd]);
  const organisations = useMemo(() => new Map(start?.spaces.map((space) => [space.space, space.organisations])), [start]);
  const shown = route?.name === "note" ? route.params.document : null;
  return (
    <ul className="ruled note-lines">
      {lines.slice(0, drawn).map((line) => (
        <li key={line.name.document}>
          <To route="note" params={line.name} className="line note-line" isCurrent={isList && line.name.document === shown}>
            <span className="note-line-head">
              <Bdi className={line.title ? "note-line-title" : "note-line-title soft"}>{line.title || t("note.untitled")}</Bdi>
              {line.is_unseen && <span className="unseen"><span className="only-heard">{t("note.unseen")}</span></span>}
            </span>
            <span className="note-line-words soft" dir="auto"><Written text={line.first_words || t("note.no_words")} /></span>
            <span className="note-line-foot soft small">
              <time dateTime={new Date(line.last_edit_ms).toISOString()}>{relative(line.last_edit_ms)}</time>
              {line.is_on_device_only && <span className="chip"><Icon name="device" size={14} />{t("note.on_device")}</span>}
              <span className="note-line-marks">{organisations.get(line.name.space)?.filter((name) => name !== "").map((name) => <OrganisationMark key={name} name={name} size={14} isAlone />)}</span>
            </span>
          </To>
        </li>
      ))}
      {drawn < lines.length && <li ref={end} />}
    </ul>
  );
}
