// The agenda by days and sessions, each item with its time, its kind and who speaks.

import { useRef, useState } from "react";
import { edits, newId } from "../../engine/edit";
import type { AgendaKind, DateText } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { ComboBox, Select } from "../../parts/choices";
import { DateField, NumberField, TextField, TimeField } from "../../parts/fields";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Empty } from "../../parts/states";
import { Bdi, Organisation } from "../../parts/words";
import { dayOfEntry, daysOf, endOf, type Entry, minuteOf, onNow, present, type Session, sessionNames, timeAt } from "./timetable";
import { useConference } from "./context";
import { focusFirst, InPlace, Line, type Opened, OrganisationBox } from "./InPlace";
import { MinutesState } from "./Letterhead";
import { RowMenu } from "./RowMenu";
import { useNow } from "./useNow";

export const agendaKinds = ["opening", "recitation", "speech", "discussion", "closing"] as const satisfies AgendaKind[];

export function Agenda() {
  const { t, date, hijri, ordinal } = useText();
  const { conference } = useConference();
  const now = useNow();
  const days = daysOf(conference);
  const on = onNow(conference, now).now;
  const isReadOnly = useIsReadOnly();
  // Counted only while none has a name: «الجلسة الأولى» by count would stand beside one that is called so.
  const unnamed = (sessions: Session[], index: number) =>
    sessions.every(({ name }) => name === null) ? t("conference.session", { ordinal: ordinal(index + 1) }) : t("conference.no_session");
  if (days.length === 0) {
    return (
      <>
        <Empty title={t("conference.agenda_empty")} hint={isReadOnly ? undefined : t("conference.agenda_empty_hint")} />
        <AddEntry />
      </>
    );
  }
  return (
    <div className="stack">
      {days.map(({ day, sessions }) => (
        <section key={day ?? ""} className="agenda-day">
          <h2>{day ? date(day, "weekday") : t("conference.day_unsaid")}{day && <span className="soft agenda-hijri">{hijri(day)}</span>}</h2>
          {sessions.map((session, index) => (
            <div key={session.entries[0]!.id}>
              {(sessions.length > 1 || session.name !== null) && <SessionName session={session} unnamed={unnamed(sessions, index)} />}
              <ol className="ruled">
                {session.entries.map((entry) => <Row key={entry.id} entry={entry} isOn={entry.id === on?.id} shown={sessions.flatMap(({ entries }) => entries).map(({ id }) => id)} />)}
              </ol>
            </div>
          ))}
        </section>
      ))}
      <AddEntry />
      <MinutesState />
    </div>
  );
}

/** A session's name over its items; written, it is the name that all of them have. */
function SessionName({ session: { name, entries }, unnamed }: { session: Session; unnamed: string }) {
  const { t } = useText();
  const { changeFrom } = useConference();
  const isReadOnly = useIsReadOnly();
  if (isReadOnly && name === null) return <h3 className="small soft agenda-session">{unnamed}</h3>;
  const called = (opened: Opened, given: string) => changeFrom(opened.heads, ...entries.map(({ id }) => edits.set(["agenda", id], "session", given || null)));
  return (
    <h3 className={name === null ? "small soft agenda-session" : "agenda-session of-name"}>
      <InPlace label={t("conference.session_name")} shown={name && <Bdi>{name}</Bdi>} empty={unnamed}>
        {(opened) => <Line label={t("conference.session_name")} value={name ?? ""} save={(text) => void called(opened, text)} />}
      </InPlace>
    </h3>
  );
}

export function EntryWords({ entry }: { entry: Entry }) {
  const { t } = useText();
  return (
    <>
      <span className="small soft entry-kind">
        {entry.kind && <span>{t(`conference.kind_${entry.kind}`)}</span>}
        {entry.planned_minutes !== null && <span>{t("conference.minutes_long", { count: entry.planned_minutes })}</span>}
      </span>
      <Bdi className="entry-title">{entry.title || t("conference.nameless")}</Bdi>
      {(entry.organisation || entry.presenter) && (
        <span className="small entry-by">
          {entry.presenter && <Bdi>{entry.presenter}</Bdi>}
          {entry.organisation && <Organisation name={entry.organisation} />}
        </span>
      )}
    </>
  );
}

/** When an item begins and ends, one above the other. */
export function EntryTime({ entry }: { entry: Entry }) {
  const { t, time } = useText();
  const end = endOf(entry);
  return (
    <span className="entry-time numeric">
      {entry.starts_at ? <time dateTime={entry.starts_at}>{time(entry.starts_at)}</time> : <span className="soft" aria-label={t("conference.time_unsaid")}>—</span>}
      {end && <time dateTime={end} className="small soft">{time(end)}</time>}
    </span>
  );
}

function Row({ entry, isOn, shown }: { entry: Entry; isOn: boolean; shown: string[] }) {
  const { t } = useText();
  const { name, conference } = useConference();
  return (
    <li className={isOn ? "entry of-now" : "entry"}>
      <EntryTime entry={entry} />
      <To route="agenda-item" params={{ ...name, item: entry.id }} className="line entry-words">
        {isOn && <span className="entry-now">{t("conference.on_now")}</span>}
        <EntryWords entry={entry} />
      </To>
      <RowMenu about={entry.title ?? ""} of={["agenda"]} id={entry.id} all={conference.agenda.map(({ id }) => id)} shown={shown} />
    </li>
  );
}

/** A row of fields that stays open, so that a whole agenda is written in one go; each item begins where the last ended. */
function AddEntry() {
  const { t } = useText();
  const { conference, change } = useConference();
  const form = useRef<HTMLFormElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const last = present(conference.agenda).at(-1);
  const [kind, setKind] = useState<AgendaKind>("speech");
  const [title, setTitle] = useState("");
  const [organisation, setOrganisation] = useState("");
  const [day, setDay] = useState<DateText | null>(last ? dayOfEntry(last, conference) : conference.starts_on);
  const [startsAt, setStartsAt] = useState<string | null>(last ? endOf(last) : null);
  const [length, setLength] = useState<number | null>(null);
  // What is added goes on with the last session until another is named.
  const [session, setSession] = useState(last?.session ?? "");
  const isReadOnly = useIsReadOnly();
  if (isReadOnly) return null;
  if (!isOpen) return <div className="row not-printed"><Button icon="add" isWriting onPress={() => setIsOpen(true)}>{t("conference.add_entry")}</Button></div>;
  const add = async () => {
    const at = ["agenda", newId()];
    const given = { title: title.trim() || t(`conference.kind_${kind}`), kind, organisation: organisation.trim(), day, starts_at: startsAt, planned_minutes: length, session: session.trim() };
    const sets = Object.entries(given).flatMap(([field, value]) => (value === null || value === "" ? [] : [edits.set(at, field, value)]));
    if (!(await change(edits.add(["agenda"], at[1]!), ...sets))) return;
    setTitle("");
    setOrganisation("");
    setStartsAt(startsAt && length !== null ? timeAt(minuteOf(startsAt) + length) : null);
    focusFirst(form.current);
  };
  return (
    <form ref={form} className="add-form not-printed" onSubmit={(event) => { event.preventDefault(); void add(); }}>
      <Select label={t("conference.kind")} options={agendaKinds.map((id) => ({ id, label: t(`conference.kind_${id}`) }))} value={kind} onChange={setKind} />
      <TextField label={t("conference.entry_title")} value={title} onChange={setTitle} autoFocus />
      <OrganisationBox label={t("conference.organisation")} value={organisation} onChange={setOrganisation} />
      <ComboBox label={t("conference.session_name")} hint={t("conference.session_hint")} value={session} onChange={setSession} options={sessionNames(conference).map((name) => ({ id: name, label: name }))} />
      <DateField label={t("conference.day")} value={day} onChange={setDay} />
      <TimeField label={t("conference.starts_at")} value={startsAt} onChange={setStartsAt} />
      <NumberField label={t("conference.planned_minutes")} value={length} onChange={setLength} min={1} max={1440} />
      <div className="row">
        <Button look="primary" type="submit" isWriting>{t("common.add")}</Button>
        <Button look="quiet" onPress={() => setIsOpen(false)}>{t("common.done")}</Button>
      </div>
    </form>
  );
}
