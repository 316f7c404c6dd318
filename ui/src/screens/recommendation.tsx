// One recommendation: its exact wording, whom it addresses, where its words came from and what carries it out.

import { useState } from "react";
import { rememberCaret } from "../app/place";
import type { Routes } from "../app/routes";
import { call } from "../engine/bridge";
import { useQuery } from "../engine/query";
import type { DocumentName, Item as StoredItem, Recommendation as StoredRecommendation } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { useIsReadOnly } from "../parts/ReadOnly";
import { Bdi } from "../parts/words";
import { CarriedBy } from "./conference/CarriedBy";
import { CarryOut } from "./conference/CarryOut";
import "./conference/conference.css";
import { axesOf } from "./paste-statement/borders";
import { present } from "./conference/timetable";
import { InConference, Missing, useConference } from "./conference/context";
import { ChoiceValue, NamedValue, NumberValue, WordsInPlace } from "./conference/InPlace";
import { Keys } from "./conference/Keys";
import { Fact, ToConference } from "./conference/Letterhead";
import { usePlans } from "./conference/views";

export default function Recommendation({ params: { space, document, item } }: { params: Routes["recommendation"] }) {
  return <article className="letter"><InConference name={{ space, document }}><One id={item} /></InConference></article>;
}

function One({ id }: { id: string }) {
  const { t, number } = useText();
  const { name, conference } = useConference();
  const { plans, isRead } = usePlans();
  const isReadOnly = useIsReadOnly();
  const [isCarrying, setIsCarrying] = useState(false);
  const one = conference.recommendations.find((each) => each.id === id);
  if (!one) return <Missing title={t("conference.recommendation_removed")} at={["recommendations", id]} />;
  const at = ["recommendations", id];
  const axes = axesOf(present(conference.recommendations)).map(({ axis }) => axis);
  return (
    <>
      <header>
        <p className="small"><ToConference tab="recommendations" /></p>
        <h1 tabIndex={-1} className="only-heard">{one.number === null ? t("conference.recommendation") : t("conference.recommendation_number", { number: one.number })}</h1>
      </header>
      <div className="hanging of-one">
        <div className="numeral"><NumberValue at={at} field="number" label={t("conference.number")} value={one.number} empty="—" shown={one.number !== null && number(one.number)} /></div>
        <div className="hanging-words"><WordsInPlace at={at} field="wording" label={t("conference.wording")} value={one.wording} empty={t("conference.wording_empty")} /></div>
      </div>
      <dl className="facts">
        <Fact label={t("conference.duration")} isShown={one.duration !== null || !isReadOnly}>
          <ChoiceValue at={at} field="duration" label={t("conference.duration")} value={one.duration} empty={t("conference.duration_empty")}
            options={(["once", "ongoing"] as const).map((each) => ({ id: each, label: t(`conference.${each}`) }))} />
        </Fact>
        <Fact label={t("conference.addressees")} isShown={one.addressees.length > 0 || !isReadOnly}>
          <Keys at={at} field="addressees" label={t("conference.addressees")} add={t("conference.add_addressee")} keys={one.addressees} areOrganisations />
        </Fact>
        <Fact label={t("conference.axis")} isShown={one.axis !== null || (!isReadOnly && axes.length > 0)}>
          <NamedValue at={at} field="axis" label={t("conference.axis")} value={one.axis} names={axes} empty={t("conference.axis_empty")} />
        </Fact>
        <Source one={one} />
      </dl>
      <section className="part">
        <h2>{t("conference.carried_by")}</h2>
        {(isRead || one.carried_by.length === 0) && <div className="carried"><CarriedBy links={one.carried_by} plans={plans} /></div>}
        {one.carried_by.length > 0 && <p className="small soft">{t("conference.owner_in_plan")}</p>}
        {!isReadOnly && <div className="row not-printed"><Button look={one.carried_by.length === 0 ? "primary" : "plain"} icon="plans" isWriting onPress={() => setIsCarrying(true)}>{t("conference.make_plan_item")}</Button></div>}
      </section>
      <p className="not-printed"><To route="history" params={name}>{t("conference.history_of")}</To></p>
      <CarryOut recommendations={[id]} isOpen={isCarrying} onClose={() => setIsCarrying(false)} />
    </>
  );
}

/** The note that the words were taken from, where it is on this device. */
function Source({ one }: { one: StoredItem<StoredRecommendation> }) {
  const { t } = useText();
  const query = useQuery("documents", one.source_note ? { space: null, kind: "note" } : null);
  if (!one.source_note) return null;
  const line = query.value?.find(({ name }) => name.document === one.source_note);
  return (
    <Fact label={t("conference.source")}>
      {line ? <To route="note" params={line.name} before={() => findPlace(line.name, one)}><Bdi>{line.title || line.first_words || t("conference.nameless")}</Bdi></To> : <span className="soft">{t("conference.source_elsewhere")}</span>}
    </Fact>
  );
}

/** Has the note open with the words selected, wherever they stand in it now. */
async function findPlace(name: DocumentName, { source_start: start, source_end: end }: StoredRecommendation) {
  const found = start && end ? await call("note_range", { name, span: { start, end } }).catch(() => null) : null;
  if (found) rememberCaret(name.document, { anchor: found.start, head: found.end, isFocused: true, isSought: true });
}
