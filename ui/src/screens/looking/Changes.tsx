// A list of changes: by organisation and person, each with what it was done to, and what one may do with it.

import type { ReactNode } from "react";
import type { ChangeLine, DocumentView } from "../../engine/types";
import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Bdi, Name, Organisation } from "../../parts/words";
import { ChangeView } from "./ChangeView";
import { useFieldWords } from "./fields";
import { byOrganisation, type ItemGroup, type Line, type PersonGroup } from "./lines";
import { peopleIn } from "./people";
import { placeOf } from "./place";
import "./looking.css";

type Actions = (line: Line) => ReactNode;

export function Changes({ view, changes, actions }: { view: DocumentView; changes: readonly ChangeLine[]; actions?: Actions }) {
  const { t } = useText();
  return byOrganisation(changes).map(({ organisation, people }) => (
    <section key={organisation ?? ""} className="changes">
      <h2>{organisation ? <Organisation name={organisation} /> : t("looking.without_organisation")}</h2>
      {people.map((person, index) => <Person key={index} view={view} person={person} actions={actions} />)}
    </section>
  ));
}

function Person({ view, person, actions }: { view: DocumentView; person: PersonGroup; actions: Actions | undefined }) {
  const { relative } = useText();
  return (
    <section className="changes-person">
      <h3><Name who={{ ...person.who, organisation: null }} /> <span className="soft small">{relative(person.toMs)}</span></h3>
      <ul className="ruled">{person.items.map((item) => <li key={item.at.join("/")}><ItemChanges view={view} item={item} person={person} actions={actions} /></li>)}</ul>
    </section>
  );
}

function ItemChanges({ view, item, person, actions }: { view: DocumentView; item: ItemGroup; person: PersonGroup; actions: Actions | undefined }) {
  const { t, list } = useText();
  const { whatIsAt } = useFieldWords();
  const route = placeOf(view.name, view.content.kind, item.at);
  const named = peopleIn(view.content);
  const others = ({ change }: Line) => change.by.filter((who) => who !== person.who && who.member !== person.who.member).map(({ name }) => name ?? t("common.unknown_person"));
  return (
    <div className="changes-item">
      <p className="changes-about">
        <span className="soft small">{whatIsAt(item.at)}</span>
        {item.about && <Bdi className="changes-words">{item.about}</Bdi>}
        <To route={route.name} params={route.params as never} className="changes-go link small" label={`${t("looking.go_there")}: ${item.about ?? whatIsAt(item.at)}`}>{t("looking.go_there")} <Icon name="next" size={16} /></To>
      </p>
      <ul>
        {item.lines.map((line) => (
          <li key={line.index} className="change">
            <div>
              <ChangeView change={line.change} named={named} />
              {others(line).length > 0 && <p className="soft small">{t("looking.with_others", { names: list(others(line)) })}</p>}
            </div>
            {actions?.(line)}
          </li>
        ))}
      </ul>
    </div>
  );
}
