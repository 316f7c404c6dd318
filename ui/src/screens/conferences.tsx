// The conferences of the shown space, newest first, and a new one.

import { useState } from "react";
import { useRoute } from "../app/router";
import { mayWriteIn } from "../app/write";
import { useApp, useSpace } from "../engine/store";
import type { Conference, DocumentLine, DocumentName } from "../engine/types";
import { useText } from "../i18n/text";
import { NamedHere } from "../look/OrganisationMark";
import { Button, To } from "../parts/Button";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, Empty, StandingNotice } from "../parts/states";
import { Bdi, Heading, Organisation } from "../parts/words";
import "./conference/conference.css";
import { daysInWords } from "./conference/Letterhead";
import { namedInConference } from "./conference/named";
import { NewConference } from "./conference/NewConference";
import { useConferences } from "./conference/views";

export default function Conferences({ isList = false }: { params: {}; isList?: boolean }) {
  const { t } = useText();
  const space = useSpace();
  const { start } = useApp();
  // A delegate's own space is often the shown one while the conference lies in the shared one: all are listed, the shown first.
  const { query, conferences } = useConferences(null);
  const [isOpen, setIsOpen] = useState(false);
  const spaces = (start?.spaces ?? []).toSorted((one, other) => Number(other.space === space?.space) - Number(one.space === space?.space));
  const mayWrite = spaces.some(mayWriteIn);
  const make = <Button look={isList ? "plain" : "primary"} icon="add" isWriting onPress={() => setIsOpen(true)}>{t("conference.new")}</Button>;
  return (
    <ReadOnly when={!mayWrite}>
      <Heading actions={mayWrite && make}>{t("common.conferences")}</Heading>
      {space && !isList && <StandingNotice space={space} />}
      <Answer query={query}>
        {(lines) => {
          const shown = lines.filter((line) => !line.is_binned).toSorted((one, other) => begins(conferences, other).localeCompare(begins(conferences, one)));
          if (shown.length === 0 && space?.standing === "waiting") return <Empty title={t("conference.not_here_yet")} hint={t("conference.not_here_yet_hint")} />;
          if (shown.length === 0) return <Empty title={t("conference.none")} hint={t("conference.none_hint")} />;
          const sections = spaces.map((each) => {
            const within = shown.filter(({ name }) => name.space === each.space);
            return within.length === 0 ? null : (
              <section key={each.space} className="conferences-of">
                {each.space !== space?.space && <h2 className="small soft">{t("conference.in_space", { space: each.title })}</h2>}
                <ul className="ruled">
                  {within.map((line) => <li key={line.name.document}><Line line={line} conference={conferences.find(({ name }) => name.document === line.name.document)?.conference} isList={isList} /></li>)}
                </ul>
              </section>
            );
          });
          // Guests of one conference stand under those of another here.
          return <NamedHere names={conferences.flatMap(({ conference }) => namedInConference(conference))}>{sections}</NamedHere>;
        }}
      </Answer>
      <NewConference isOpen={isOpen} onClose={() => setIsOpen(false)} spaces={spaces.filter(mayWriteIn)} />
    </ReadOnly>
  );
}

/** When it begins; one without a date is being prepared, so it stands above all. */
function begins(conferences: { name: DocumentName; conference: Conference }[], { name }: DocumentLine): string {
  return conferences.find((each) => each.name.document === name.document)?.conference.starts_on ?? "9999";
}

/** `conference` is undefined while it is being read, and for those far down that are not opened for a list. */
function Line({ line, conference, isList }: { line: DocumentLine; conference: Conference | undefined; isList: boolean }) {
  const words = useText();
  const { t, ordinal } = words;
  const route = useRoute();
  const isCurrent = isList && route !== null && "document" in route.params && route.params.document === line.name.document;
  const days = conference && daysInWords(words, conference.starts_on, conference.ends_on);
  const organisations = [...new Set((conference?.delegations ?? []).flatMap(({ organisation, deleted_at_ms }) => (organisation && organisation !== conference?.host && deleted_at_ms === null ? [organisation] : [])))];
  return (
    <To route="conference" params={line.name} className="line conference-line" isCurrent={isCurrent}>
      {conference?.ordinal != null && <span className="small conference-edition">{t("conference.edition", { ordinal: ordinal(conference.ordinal) })}</span>}
      <Bdi className="conference-title">{line.title || t("conference.nameless")}</Bdi>
      {days && <span className="small soft">{days.gregorian}{!isList && <> {t("conference.corresponding", { date: days.hijri })}</>}</span>}
      {conference && (conference.host || conference.venue) && (
        <span className="small conference-where">
          {conference.host && <Organisation name={conference.host} />}
          {conference.venue && <Bdi className="soft">{conference.venue}</Bdi>}
        </span>
      )}
      {!isList && organisations.length > 0 && (
        <span className="small conference-where" aria-label={t("conference.tab_delegations")}>{organisations.map((name) => <Organisation key={name} name={name} />)}</span>
      )}
      {line.is_unseen && <span className="small unseen">{t("conference.unseen")}</span>}
    </To>
  );
}
