// Names, days, headings and the sync state, set the same everywhere.

import { Children, Fragment, type ReactNode } from "react";
import { piecesOf } from "../arabic/telephones";
import type { DateText, SyncState, Who } from "../engine/types";
import { useText } from "../i18n/text";
import { OrganisationMark } from "../look/OrganisationMark";
import { Icon, type IconName } from "./Icon";

/** Stored words inside a line of ours: they keep their own direction, and telephone numbers in them theirs. */
export function Bdi({ children, className }: { children: ReactNode; className?: string }) {
  return <bdi className={className}><Telephoned>{children}</Telephoned></bdi>;
}

/** Children of which those that are words are `Written`. */
function Telephoned({ children }: { children: ReactNode }) {
  return Children.map(children, (child) => (typeof child === "string" ? <Written text={child} /> : child));
}

/** Stored words to read, in which telephone numbers run from left to right. `start` is where they begin in a longer text;
 *  every piece then says its own place. */
export function Written({ text, start }: { text: string; start?: number }) {
  return piecesOf(text).map((piece) => {
    const place = start === undefined ? {} : { "data-start": start + piece.start };
    if (piece.isTelephone) return <bdo key={piece.start} dir="ltr" className="telephone" {...place}>{piece.text}</bdo>;
    return start === undefined ? <Fragment key={piece.start}>{piece.text}</Fragment> : <span key={piece.start} {...place}>{piece.text}</span>;
  });
}

/** An organisation's mark and name. */
export function Organisation({ name }: { name: string }) {
  return <span className="chip"><OrganisationMark name={name} /><Bdi>{name}</Bdi></span>;
}

/** Who did something, with their organisation's mark. */
export function Name({ who }: { who: Who }) {
  const { t } = useText();
  return (
    <span className="chip">
      {who.organisation && <OrganisationMark name={who.organisation} />}
      <Bdi>{who.name ?? t("common.unknown_person")}</Bdi>
      {who.is_me && <span className="soft">({t("common.you")})</span>}
    </span>
  );
}

/** A day in both calendars. */
export function Day({ date }: { date: DateText }) {
  return <time dateTime={date}>{useText().bothDates(date)}</time>;
}

/** A screen's heading: `above` is a small line over it, `actions` stand at its end. */
export function Heading({ children, above, actions }: { children: ReactNode; above?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="heading">
      <div className="heading-words">
        {above && <p className="soft small"><Telephoned>{above}</Telephoned></p>}
        <h1 tabIndex={-1} dir="auto"><Telephoned>{children}</Telephoned></h1>
      </div>
      {actions && <div className="row not-printed">{actions}</div>}
    </header>
  );
}

/** The signature of the look: a recommendation's number hangs large in the margin beside its words. */
export function Hanging({ numeral, children }: { numeral: number | null; children: ReactNode }) {
  const { number } = useText();
  return (
    <div className="hanging">
      <span className="numeral">{numeral === null ? "" : number(numeral)}</span>
      <div className="hanging-words">{children}</div>
    </div>
  );
}

const syncIcons: Record<SyncState, IconName> = {
  no_server: "device", current: "server", sending: "sync", receiving: "sync", offline: "offline", repairing: "sync", no_access: "lock", stopped: "problem",
};

/** The sync state as an icon and words, or the icon with the words for screen readers. */
export function SyncMark({ state, isShort = false }: { state: SyncState; isShort?: boolean }) {
  const { t } = useText();
  return (
    <span className="chip sync-mark">
      <Icon name={syncIcons[state]} size={18} />
      <span className={isShort ? "only-heard" : ""}>{t(`common.sync_${state}`)}</span>
    </span>
  );
}
