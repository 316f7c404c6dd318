// What is on now and what comes next, what others changed, and which planned work is late.

import { go } from "../app/router";
import { useSubject } from "../app/write";
import { useQuery } from "../engine/query";
import { useApp, useSpace, useSyncState } from "../engine/store";
import type { DocumentLine } from "../engine/types";
import { useText } from "../i18n/text";
import { NamedHere } from "../look/OrganisationMark";
import { Button, To } from "../parts/Button";
import { Answer, Empty, Offline, StandingNotice } from "../parts/states";
import { Bdi, Heading } from "../parts/words";
import "./conference/conference.css";
import { namedInConference, namedInPlan } from "./conference/named";
import { meetingNow } from "./conference/timetable";
import { useNow } from "./conference/useNow";
import { useConferences, usePlans } from "./conference/views";
import { Coming, Meeting, subjectOf } from "./today/Meeting";
import { dueFor } from "./today/due";
import { Due } from "./today/DueWork";
import "./today/today.css";

export default function Today() {
  const { t, date, hijri } = useText();
  const { start } = useApp();
  const sync = useSyncState();
  const space = useSpace();
  const now = useNow();
  const { query, conferences, isRead } = useConferences(null);
  const { plans } = usePlans();
  const changed = useQuery("documents", space && { space: space.space, kind: null, only: "unseen" });
  const { today, coming } = meetingNow(conferences, now);
  const unseen = (changed.value ?? []).filter((line) => !line.is_binned);
  useSubject(today[0] ? subjectOf(today[0], now) : {});
  const due = dueFor(plans, start?.person?.organisation ?? "", now.day);
  // All that stands on the screen at once, each with its own mark.
  const named = [...[...today, ...coming.slice(0, 1)].flatMap(({ conference }) => namedInConference(conference)), ...due.flatMap(({ plan }) => namedInPlan(plan.plan))];
  const isBare = isRead && [today, coming, due, unseen].every((lines) => lines.length === 0);
  return (
    <NamedHere names={named}>
      <Heading above={hijri(now.day)}>{date(now.day, "weekday")}</Heading>
      {space && <StandingNotice space={space} />}
      {sync === "offline" && <Offline />}
      <Answer query={query}>
        {() => (
          <>
            {today.map(({ name, conference }) => <Meeting key={name.document} name={name} conference={conference} now={now} />)}
            {isRead && today.length === 0 && coming[0] && <Coming name={coming[0].name} conference={coming[0].conference} today={now.day} />}
          </>
        )}
      </Answer>
      <Due lines={due} />
      <Unseen lines={unseen} />
      {isBare && (
        <Empty title={t("conference.today_empty")} hint={t("conference.today_empty_hint")}>
          <Button look="primary" icon="conferences" onPress={() => go("conferences")}>{t("conference.to_conferences")}</Button>
        </Empty>
      )}
    </NamedHere>
  );
}

/** What others changed since one last looked; few enough to see at a glance. */
function Unseen({ lines }: { lines: DocumentLine[] }) {
  const { t, relative } = useText();
  const shownMax = 5;
  if (lines.length === 0) return null;
  return (
    <section className="part">
      <h2>{t("conference.unseen_title", { count: lines.length })}</h2>
      <ul className="ruled">
        {lines.slice(0, shownMax).map((line) => (
          <li key={line.name.document}>
            <To route="since-you-looked" params={line.name} className="line">
              <Bdi>{line.title || line.first_words || t("conference.nameless")}</Bdi> <span className="soft small">{relative(line.last_edit_ms)}</span>
            </To>
          </li>
        ))}
      </ul>
      {lines.length > shownMax && <p><To route="since-you-looked" params={{}}>{t("conference.unseen_all")}</To></p>}
    </section>
  );
}
