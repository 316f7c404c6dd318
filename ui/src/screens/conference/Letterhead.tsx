// The head of the letter: which conference it is, who hosts it, where and when.

import { type ReactNode, useState } from "react";
import { go, goInstead } from "../../app/router";
import { useIsWide } from "../../app/Shell";
import { edits } from "../../engine/edit";
import { useIsStopped, useSyncState } from "../../engine/store";
import type { DateText } from "../../engine/types";
import { type Text, useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { Segmented } from "../../parts/choices";
import { Menu } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { toast } from "../../parts/toast";
import { Bdi, Organisation, SyncMark } from "../../parts/words";
import { useConference } from "./context";
import { Rivals } from "../looking/Rivals";
import { DateValue, NumberValue, OrganisationValue, TextValue } from "./InPlace";

/** The first of two days without what it shares with the second: «٢٢» of «٢٢ تشرين الثاني ٢٠٢٦». */
export function shortened(from: string, to: string): string {
  const [first, last] = [from.split(" "), to.split(" ")];
  let shared = 0;
  while (shared < first.length - 1 && first.at(-1 - shared) === last.at(-1 - shared)) shared += 1;
  return first.slice(0, first.length - shared).join(" ");
}

/** Both ends of a stretch of days, in one calendar and in the other. */
export function daysInWords({ t, date, hijri }: Text, from: DateText | null, to: DateText | null): { gregorian: string; hijri: string } | null {
  const first = from ?? to;
  if (first === null) return null;
  // The mark of the era does not stand alone on a line.
  const whole = (words: string) => words.replace(/ (?=\S+$)/, "\u00a0");
  if (to === null || to === first) return { gregorian: date(first), hijri: whole(hijri(first)) };
  const stretch = (one: string, other: string) => t("conference.range", { from: shortened(one, other), to: other });
  return { gregorian: stretch(date(first), date(to)), hijri: whole(stretch(hijri(first), hijri(to))) };
}

const parts = ["series", "ordinal", "host", "venue", "starts_on", "ends_on", "invitation_number", "invitation_date"];

export function Letterhead() {
  const words = useText();
  const { t, ordinal } = words;
  const { name, view, conference, change } = useConference();
  const sync = useSyncState();
  const isReadOnly = useIsReadOnly();
  const mayChange = view.may_write && !useIsStopped();
  const isWide = useIsWide(768);
  // A phone shows what the conference is in three lines; whoever looks for more, or has to choose between two values, sees all.
  const [isAsked, setIsAsked] = useState(false);
  const isFull = isWide || isAsked || view.conflicts.some(({ at, field }) => at.length === 0 && parts.includes(field));
  const edition = conference.ordinal === null ? null : t("conference.edition", { ordinal: ordinal(conference.ordinal) });
  const days = daysInWords(words, conference.starts_on, conference.ends_on);
  const bin = async () => {
    if (!(await change(edits.remove([])))) return;
    toast({ text: t("conference.was_binned"), undo: () => void change(edits.restore([])) });
    goInstead("conferences");
  };
  const called = conference.title ?? t("conference.conference");
  return (
    <header className="letterhead">
      <div className="letterhead-line">
        <div className="letterhead-words">
          {edition && !called.includes(edition) && <p className="small conference-edition">{edition}</p>}
          <h1 tabIndex={-1}><TextValue at={[]} field="title" label={t("conference.title")} value={conference.title} /></h1>
        </div>
        <div className="row not-printed letterhead-actions">
          <SyncMark state={view.is_on_device_only ? "no_server" : sync} isShort />
          <Menu
            label={t("conference.more_of", { name: called })}
            trigger={<Button look="quiet" icon="more" label={t("conference.more_of", { name: called })} />}
            entries={[
              { id: "paste", label: t("conference.paste_statement"), icon: "statement", isDisabled: isReadOnly, onAction: () => go("paste-statement", name) },
              { id: "history", label: t("common.history"), icon: "history", onAction: () => go("history", name) },
              { id: "since", label: t("common.since_you_looked"), icon: "seen", onAction: () => go("since-you-looked", name) },
              { id: "print", label: t("conference.print"), icon: "print", onAction: () => window.print() },
              "line",
              view.is_binned
                ? { id: "restore", label: t("common.restore"), icon: "undo", isDisabled: !mayChange, onAction: () => void change(edits.restore([])) }
                : { id: "bin", label: t("conference.to_bin"), icon: "bin", isDangerous: true, isDisabled: !mayChange, onAction: () => void bin() },
            ]}
          />
        </div>
      </div>
      {isFull ? <Facts days={days} /> : (
        <div className="letterhead-short">
          {days && <p className="soft">{days.gregorian} <span className="small">{t("conference.corresponding", { date: days.hijri })}</span></p>}
          <p className="conference-where">{conference.host && <Organisation name={conference.host} />}{conference.venue && <Bdi className="soft">{conference.venue}</Bdi>}</p>
          <Button look="quiet" className="letterhead-more" onPress={() => setIsAsked(true)}>{t("conference.all_facts")}</Button>
        </div>
      )}
    </header>
  );
}

function Facts({ days }: { days: { hijri: string } | null }) {
  const { t, ordinal, date, parts: sentence } = useText();
  const { conference } = useConference();
  const isReadOnly = useIsReadOnly();
  const { starts_on, ends_on } = conference;
  const isOneDay = starts_on !== null && starts_on === ends_on;
  const starts = starts_on && ends_on && !isOneDay ? shortened(date(starts_on), date(ends_on)) : undefined;
  const from = <DateValue at={[]} field="starts_on" label={t("conference.starts_on")} value={starts_on} shown={starts} />;
  const to = <DateValue at={[]} field="ends_on" label={t("conference.ends_on")} value={ends_on} shown={isOneDay && t("conference.one_day")} />;
  const isShown = (...values: unknown[]) => !isReadOnly || values.some((value) => value !== null);
  return (
    <dl className="facts">
      <Fact label={t("conference.series")} isShown={isShown(conference.series)}>
        <TextValue at={[]} field="series" label={t("conference.series")} value={conference.series} empty={t("conference.series_empty")} />
      </Fact>
      <Fact label={t("conference.ordinal")} isShown={isShown(conference.ordinal)}>
        <NumberValue at={[]} field="ordinal" label={t("conference.ordinal")} value={conference.ordinal} max={999} empty={t("conference.ordinal_empty")}
          shown={conference.ordinal !== null && t("conference.edition", { ordinal: ordinal(conference.ordinal) })} />
      </Fact>
      <Fact label={t("conference.host")} isShown={isShown(conference.host)}>
        <OrganisationValue at={[]} field="host" label={t("conference.host")} value={conference.host} empty={t("conference.host_empty")} />
      </Fact>
      <Fact label={t("conference.venue")} isShown={isShown(conference.venue)}>
        <TextValue at={[]} field="venue" label={t("conference.venue")} value={conference.venue} empty={t("conference.venue_empty")} />
      </Fact>
      <Fact label={t("conference.dates")} isShown={isShown(starts_on, ends_on)}>
        {isOneDay ? <>{from}{to}</> : <span>{isShown(ends_on) ? sentence("conference.range", { from, to }) : from}</span>}
        {days && <span className="soft">{t("conference.corresponding", { date: days.hijri })}</span>}
      </Fact>
      <Fact label={t("conference.invitation")} isShown={isShown(conference.invitation_number, conference.invitation_date)}>
        <TextValue at={[]} field="invitation_number" label={t("conference.invitation_number")} value={conference.invitation_number} />
        <DateValue at={[]} field="invitation_date" label={t("conference.invitation_date")} value={conference.invitation_date}
          shown={conference.invitation_date !== null && t("conference.dated", { date: date(conference.invitation_date) })} />
      </Fact>
    </dl>
  );
}

export function Fact({ label, isShown = true, children }: { label: string; isShown?: boolean; children: ReactNode }) {
  if (!isShown) return null;
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How far the minutes are agreed; approved ones are closed until someone opens them again. */
export function MinutesState() {
  const { t } = useText();
  const { view, conference, change } = useConference();
  const isReadOnly = useIsReadOnly();
  const state = conference.minutes_state ?? "draft";
  if (isReadOnly) return <p className="small soft">{t("conference.minutes_are", { state: t(`conference.minutes_${state}`) })}</p>;
  return (
    <>
      <Segmented label={t("conference.minutes_state")} value={state} onChange={(chosen) => void change(edits.set([], "minutes_state", chosen))}
        options={(["draft", "circulated", "approved"] as const).map((id) => ({ id, label: t(`conference.minutes_${id}`) }))} />
      <Rivals view={view} at={[]} field="minutes_state" />
    </>
  );
}

/** Back to the conference from one of its parts. */
export function ToConference({ tab }: { tab: string }) {
  const { t } = useText();
  const { name, conference } = useConference();
  return <To route="conference" params={{ ...name, tab }}><Bdi>{conference.title ?? t("conference.conference")}</Bdi></To>;
}
