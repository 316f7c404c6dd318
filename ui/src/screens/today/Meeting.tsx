// A conference that meets today: what is on, what follows, and writing about it at once; or the one that comes next.

import type { Subject } from "../../app/write";
import type { Conference, DateText, DocumentName } from "../../engine/types";
import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Bdi, Organisation } from "../../parts/words";
import { EntryTime, EntryWords } from "../conference/Agenda";
import { countOf } from "../conference/attendance";
import { daysInWords } from "../conference/Letterhead";
import { NoteHere } from "../conference/NoteHere";
import { dayOfEntry, endOf, type Entry, type Now, onNow, present, timesSaid } from "../conference/timetable";

type MeetingProps = { name: DocumentName; conference: Conference; now: Now };

/** What is written at a conference now is about the item that is on. */
export function subjectOf({ name, conference }: Omit<MeetingProps, "now">, now: Now): Subject {
  const { now: on } = onNow(conference, now);
  return { conference: name.document, ...(on ? { agenda_item: `${name.document}/${on.id}`, speaker: on.presenter } : {}) };
}

export function Meeting({ name, conference, now }: MeetingProps) {
  const { t } = useText();
  const { now: on, next } = onNow(conference, now);
  const members = present(conference.delegations).flatMap((each) => present(each.members));
  const count = countOf(members);
  return (
    <section className="meeting">
      <p className="small"><To route="conference" params={name}><Bdi>{conference.title ?? t("conference.nameless")}</Bdi></To></p>
      {on ? <OnNow name={name} entry={on} /> : <NothingOn name={name} conference={conference} isFollowed={next !== null} />}
      <NoteHere subject={subjectOf({ name, conference }, now)} isPrimary />
      {next && <Next name={name} entry={next} day={dayOfEntry(next, conference)} today={now.day} />}
      {members.length > 0 && (
        <To route="conference" params={{ ...name, tab: "delegations" }} className="line attendance-line">
          <Icon name="members" />
          <span>{t("conference.attendance")}</span>
          <span className="soft">{t("conference.count_present", { present: count.present, all: count.all })}</span>
        </To>
      )}
    </section>
  );
}

function NothingOn({ name, conference, isFollowed }: Omit<MeetingProps, "now"> & { isFollowed: boolean }) {
  const { t } = useText();
  const times = timesSaid(conference);
  if (isFollowed || times === "all") return <h2>{t(isFollowed ? "conference.nothing_on" : "conference.all_over")}</h2>;
  return (
    <div>
      <h2>{t(times === "none" ? "conference.no_times" : "conference.nothing_on")}</h2>
      <p className="soft">{t("conference.no_times_hint")} <To route="conference" params={{ ...name, tab: "agenda" }}>{t("conference.tab_agenda")}</To></p>
    </div>
  );
}

function OnNow({ name, entry }: { name: DocumentName; entry: Entry }) {
  const { t, time } = useText();
  const end = endOf(entry);
  return (
    <div className="on-now">
      <p className="entry-now">{t("conference.on_now")}{end && <span className="soft numeric"> — {t("conference.until", { time: time(end) })}</span>}</p>
      <h2><To route="agenda-item" params={{ ...name, item: entry.id }} className="on-now-title"><Bdi>{entry.title || t("conference.nameless")}</Bdi></To></h2>
      {(entry.presenter || entry.organisation || entry.session) && (
        <p className="entry-by">
          {entry.session && <Bdi className="soft">{entry.session}</Bdi>}
          {entry.presenter && <Bdi>{entry.presenter}</Bdi>}
          {entry.organisation && <Organisation name={entry.organisation} />}
        </p>
      )}
    </div>
  );
}

function Next({ name, entry, day, today }: { name: DocumentName; entry: Entry; day: DateText | null; today: DateText }) {
  const { t, date } = useText();
  return (
    <div>
      <h3 className="small soft next-head">{day === today || day === null ? t("conference.next") : t("conference.next_on", { date: date(day, "weekday") })}</h3>
      <div className="entry">
        <EntryTime entry={entry} />
        <To route="agenda-item" params={{ ...name, item: entry.id }} className="line entry-words"><EntryWords entry={entry} /></To>
      </div>
    </div>
  );
}

/** The next conference, while none meets. */
export function Coming({ name, conference, today }: { name: DocumentName; conference: Conference; today: DateText }) {
  const words = useText();
  const { t } = words;
  const days = daysInWords(words, conference.starts_on, conference.ends_on);
  const left = Math.round((Date.parse(conference.starts_on!) - Date.parse(today)) / 86_400_000);
  return (
    <section className="meeting">
      <p className="entry-now">{t("conference.in_days", { count: left })}</p>
      <h2><To route="conference" params={name} className="on-now-title"><Bdi>{conference.title ?? t("conference.nameless")}</Bdi></To></h2>
      {days && <p className="soft">{days.gregorian} {t("conference.corresponding", { date: days.hijri })}</p>}
      {(conference.host || conference.venue) && (
        <p className="entry-by">
          {conference.host && <Organisation name={conference.host} />}
          {conference.venue && <Bdi className="soft">{conference.venue}</Bdi>}
        </p>
      )}
      <NoteHere subject={{ conference: name.document }} />
    </section>
  );
}
