// A conference or a plan at some version, set to be read: what is said is shown, what is not is left out.

import type { ReactNode } from "react";
import type { Conference, Content, Item, Plain, Plan } from "../../engine/types";
import { useText } from "../../i18n/text";
import { NamedHere } from "../../look/OrganisationMark";
import { Bdi, Hanging, Organisation, Written } from "../../parts/words";
import { namedInConference } from "../conference/named";
import { kept } from "../plan/shown";
import { statusOf } from "../plan/rules";
import { useFieldWords } from "./fields";
import { peopleIn } from "./people";

export function ContentText({ content }: { content: Content }) {
  if (content.kind === "conference") return <NamedHere names={namedInConference(content)}><ConferenceText conference={content} named={peopleIn(content)} /></NamedHere>;
  if (content.kind === "plan") return <PlanText plan={content} />;
  return <Facts record={{ speaker: content.speaker, tags: content.tags.join("، ") }} />;
}

/** The fields that say something, each with its name. */
function Facts({ record, named }: { record: Record<string, Plain | null>; named?: (id: string) => string | null }) {
  const { fieldName, valueWords } = useFieldWords();
  const said = Object.entries(record).map(([field, value]) => [field, valueWords(field, value, named)] as const).filter(([, words]) => words !== null);
  if (said.length === 0) return null;
  return <dl className="facts small">{said.map(([field, words]) => <div key={field}><dt>{fieldName(field)}</dt><dd><Bdi>{words}</Bdi></dd></div>)}</dl>;
}

function Part<T>({ field, items, children }: { field: string; items: Item<T>[]; children: (item: Item<T>) => ReactNode }) {
  const { fieldName } = useFieldWords();
  const shown = kept(items);
  if (shown.length === 0) return null;
  return (
    <section className="content-part">
      <h3>{fieldName(field)}</h3>
      <ul className="ruled">{shown.map((item) => <li key={item.id}>{children(item)}</li>)}</ul>
    </section>
  );
}

function ConferenceText({ conference, named }: { conference: Conference; named: (id: string) => string | null }) {
  const { fieldName } = useFieldWords();
  const { series, ordinal, host, venue, starts_on, ends_on, invitation_number, invitation_date, minutes_state, communique } = conference;
  return (
    <>
      <Facts record={{ series, ordinal, host, venue, starts_on, ends_on, invitation_number, invitation_date, minutes_state }} />
      <Part field="delegations" items={conference.delegations}>
        {({ organisation, head, rapporteur, members }) => (
          <>
            {organisation && <p><Organisation name={organisation} /></p>}
            <Facts record={{ head, rapporteur }} named={named} />
            <ul>{kept(members).map(({ id, honorific, name, post }) => <li key={id}><Bdi>{[honorific, name].filter(Boolean).join(" ")}</Bdi> {post && <Bdi className="soft">{post}</Bdi>}</li>)}</ul>
          </>
        )}
      </Part>
      <Part field="agenda" items={conference.agenda}>
        {({ title, kind, presenter, organisation, day, starts_at, session, minutes }) => (
          <>
            {title && <p dir="auto"><Written text={title} /></p>}
            <Facts record={{ session, kind, presenter, organisation, day, starts_at }} />
            {minutes && <p className="text" dir="auto"><Written text={minutes} /></p>}
          </>
        )}
      </Part>
      <Part field="recommendations" items={conference.recommendations}>
        {({ number, wording, axis, duration, addressees }) => (
          <Hanging numeral={number}>
            <p className="text" dir="auto"><Written text={wording} /></p>
            <Facts record={{ axis, duration, addressees: addressees.join("، ") }} />
          </Hanging>
        )}
      </Part>
      <Part field="committees" items={conference.committees}>
        {({ name, chair, mandate, members }) => (
          <>
            {name && <p dir="auto"><Written text={name} /></p>}
            <Facts record={{ chair, members: members.join("، ") }} />
            {mandate && <p className="text" dir="auto"><Written text={mandate} /></p>}
          </>
        )}
      </Part>
      {communique && <section className="content-part"><h3>{fieldName("communique")}</h3><p className="text" dir="auto"><Written text={communique} /></p></section>}
    </>
  );
}

function PlanText({ plan }: { plan: Plan }) {
  const { t } = useText();
  return (
    <>
      {kept(plan.items).length === 0 && <p className="soft">{t("plan.no_items")}</p>}
      <Part field="items" items={plan.items}>
        {(item) => (
          <>
            <p className="text" dir="auto"><Written text={item.wording || t("plan.no_wording")} /></p>
            <Facts record={{
              status: statusOf(item), responsible: item.responsible, supporting: item.supporting.join("، "), committee: item.committee, due: item.due,
              recurrence: item.recurrence, duration: item.duration, progress: item.progress,
            }} />
            <Part field="remarks" items={item.remarks}>
              {({ on, by, progress, text }) => <><Facts record={{ on, by, progress }} />{text && <p className="text" dir="auto"><Written text={text} /></p>}</>}
            </Part>
          </>
        )}
      </Part>
    </>
  );
}
