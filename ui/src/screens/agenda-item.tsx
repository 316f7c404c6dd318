// One item of the agenda: when, who and what, its minutes, and the notes taken at it.

import type { Routes } from "../app/routes";
import { useText } from "../i18n/text";
import { ReadOnly, useIsReadOnly } from "../parts/ReadOnly";
import { agendaKinds } from "./conference/Agenda";
import { dayOfEntry, onNow, sessionNames } from "./conference/timetable";
import "./conference/conference.css";
import { InConference, Missing, useConference } from "./conference/context";
import { ChoiceValue, DateValue, NamedValue, NumberValue, OrganisationValue, TextValue, TimeValue, WordsArea } from "./conference/InPlace";
import { Fact, MinutesState, ToConference } from "./conference/Letterhead";
import { NotesTaken } from "./conference/NotesTaken";
import { useNow } from "./conference/useNow";

export default function AgendaItem({ params: { space, document, item } }: { params: Routes["agenda-item"] }) {
  return <article className="letter"><InConference name={{ space, document }}><Item id={item} /></InConference></article>;
}

function Item({ id }: { id: string }) {
  const { t, hijri } = useText();
  const { name, conference } = useConference();
  const isReadOnly = useIsReadOnly();
  const now = useNow();
  const entry = conference.agenda.find((each) => each.id === id);
  if (!entry) return <Missing title={t("conference.entry_removed")} at={["agenda", id]} />;
  const at = ["agenda", id];
  const day = dayOfEntry(entry, conference);
  const isApproved = conference.minutes_state === "approved";
  const fact = (value: unknown) => value !== null || !isReadOnly;
  return (
    <>
      <header className="letterhead">
        <p className="small"><ToConference tab="agenda" /></p>
        <h1 tabIndex={-1}><TextValue at={at} field="title" label={t("conference.entry_title")} value={entry.title} /></h1>
        {onNow(conference, now).now?.id === id && <p className="entry-now">{t("conference.on_now")}</p>}
        <dl className="facts">
          <Fact label={t("conference.kind")} isShown={fact(entry.kind)}>
            <ChoiceValue at={at} field="kind" label={t("conference.kind")} value={entry.kind} options={agendaKinds.map((kind) => ({ id: kind, label: t(`conference.kind_${kind}`) }))} />
          </Fact>
          <Fact label={t("conference.day")} isShown={fact(day)}>
            <DateValue at={at} field="day" label={t("conference.day")} value={day} />
            {day && <span className="soft">{t("conference.corresponding", { date: hijri(day) })}</span>}
          </Fact>
          <Fact label={t("conference.starts_at")} isShown={fact(entry.starts_at)}>
            <TimeValue at={at} field="starts_at" label={t("conference.starts_at")} value={entry.starts_at} empty={t("conference.time_unsaid")} />
          </Fact>
          <Fact label={t("conference.planned_minutes")} isShown={fact(entry.planned_minutes)}>
            <NumberValue at={at} field="planned_minutes" label={t("conference.planned_minutes")} value={entry.planned_minutes} max={1440} empty={t("conference.length_unsaid")}
              shown={entry.planned_minutes !== null && t("conference.minutes_long", { count: entry.planned_minutes })} />
          </Fact>
          <Fact label={t("conference.session_name")} isShown={fact(entry.session)}>
            <NamedValue at={at} field="session" label={t("conference.session_name")} value={entry.session} names={sessionNames(conference)} empty={t("conference.session_empty")} />
          </Fact>
          <Fact label={t("conference.presenter")} isShown={fact(entry.presenter)}>
            <TextValue at={at} field="presenter" label={t("conference.presenter")} value={entry.presenter} empty={t("conference.presenter_empty")} />
          </Fact>
          <Fact label={t("conference.organisation")} isShown={fact(entry.organisation)}>
            <OrganisationValue at={at} field="organisation" label={t("conference.organisation")} value={entry.organisation} />
          </Fact>
        </dl>
      </header>
      <section className="part">
        <h2>{t("conference.minutes")}</h2>
        <ReadOnly when={isApproved}>
          <WordsArea at={at} field="minutes" label={t("conference.minutes")} isLabelHidden value={entry.minutes} rows={4} hint={t("conference.minutes_hint")} />
          {!entry.minutes && (isReadOnly || isApproved) && <p className="soft">{t("conference.minutes_empty")}</p>}
        </ReadOnly>
        {isApproved && !isReadOnly && <p className="small soft">{t("conference.minutes_closed")}</p>}
        <MinutesState />
      </section>
      <section className="part">
        <h2>{t("common.notes")}</h2>
        <NotesTaken subject={{ conference: name.document, agenda_item: `${name.document}/${id}`, speaker: entry.presenter }} takes={(line) => line.agenda_item === `${name.document}/${id}`} />
      </section>
    </>
  );
}
