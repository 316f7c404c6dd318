// Search over everything in the space as one types.

import { Fragment, type ReactNode, useEffect, useRef, useState } from "react";
import { Link, SearchField, Button as AriaButton, Input } from "react-aria-components";
import { go, goInstead } from "../app/router";
import type { Route, Routes } from "../app/routes";
import { dirOf } from "../arabic/names";
import { piecesOf } from "../arabic/telephones";
import { useApp, useSettings, useSpace } from "../engine/store";
import type { Hit, Kind } from "../engine/types";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { Segmented } from "../parts/choices";
import { Icon } from "../parts/Icon";
import { Empty, Failed } from "../parts/states";
import { Bdi, Heading } from "../parts/words";
import { useFieldWords } from "./looking/fields";
import { grouped } from "./looking/grouped";
import { hrefOf, placeOf } from "./looking/place";
import { marked } from "./search/marked";
import { forgetSearches, rememberSearch } from "./search/recent";
import { useHits } from "./search/useHits";
import "./search.css";

const kinds: readonly Kind[] = ["conference", "plan", "note"];
/** As many of a kind as fit on a screen; the rest waits behind a button. */
const hitsShownFirst = 12;
/** The address follows once typing pauses, so that back leads to what was searched for. */
const addressPauseMs = 500;

export default function Search({ params }: { params: Routes["search"] }) {
  const { t } = useText();
  const { start } = useApp();
  const space = useSpace();
  const [query, setQuery] = useState(params.query ?? "");
  const [isEverywhere, setIsEverywhere] = useState(false);
  const found = useHits(query, isEverywhere ? null : (space?.space ?? null));
  const asked = params.query ?? "";
  // What this screen wrote into the address itself is older than what has been typed since.
  const written = useRef(asked);
  const write = (text: string) => {
    written.current = text;
    goInstead("search", text ? { query: text } : {});
  };
  useEffect(() => {
    if (asked !== written.current) setQuery((written.current = asked));
  }, [asked]);
  useEffect(() => {
    const timer = setTimeout(() => query !== asked && write(query), addressPauseMs);
    return () => clearTimeout(timer);
  }, [query, asked]);
  const open = (route: Route) => {
    rememberSearch(query);
    // Back leads here with this search, even if it was opened before the pause was over.
    write(query);
    (go as (name: string, params: object) => void)(route.name, route.params);
  };
  return (
    <>
      <Heading>{t("common.search")}</Heading>
      <SearchField className="search-field" aria-label={t("looking.search_label")} value={query} onChange={setQuery} onSubmit={(text) => text.trim() && rememberSearch(text)} autoFocus>
        <Icon name="search" />
        <Input className="input" dir={dirOf(query)} placeholder={t("looking.search_hint")} enterKeyHint="search" />
        {query && <AriaButton className="button quiet of-icon" aria-label={t("looking.clear_search")}><Icon name="close" /></AriaButton>}
      </SearchField>
      {(start?.spaces.length ?? 0) > 1 && (
        <div className="search-scope">
          <Segmented label={t("looking.search_in")} isLabelHidden value={isEverywhere ? "all" : "this"} onChange={(id) => setIsEverywhere(id === "all")}
            options={[{ id: "this", label: t("looking.this_space") }, { id: "all", label: t("looking.all_spaces") }]} />
        </div>
      )}
      <p className="small soft" role="status">{found && !found.error && query.trim() ? t("looking.hits_count", { count: found.hits.length }) : ""}</p>
      {query.trim() === "" ? <Before choose={setQuery} />
        : found?.error ? <Failed error={found.error} />
        : found && found.hits.length === 0 ? <Empty title={t("looking.no_hits", { query: found.query.trim() })} hint={t("looking.no_hits_hint")} />
        : found && <Hits key={found.query} hits={found.hits} open={open} />}
    </>
  );
}

function Before({ choose }: { choose: (query: string) => void }) {
  const { t } = useText();
  const { recent_searches: recent } = useSettings();
  return (
    <>
      <Empty title={t("looking.search_begin")} hint={t("looking.folding")} />
      {recent.length > 0 && (
        <section>
          <div className="spread">
            <h2>{t("looking.recent")}</h2>
            <Button look="quiet" onPress={forgetSearches}>{t("looking.forget_recent")}</Button>
          </div>
          <p className="small soft">{t("looking.recent_hint")}</p>
          <ul className="ruled">
            {recent.map((query) => <li key={query}><Button look="quiet" icon="history" className="recent" onPress={() => choose(query)}><Bdi>{query}</Bdi></Button></li>)}
          </ul>
        </section>
      )}
    </>
  );
}

function Hits({ hits, open }: { hits: readonly Hit[]; open: (route: Route) => void }) {
  const groups = new Map(grouped(hits, ({ kind }) => kind));
  return kinds.map((kind) => groups.has(kind) && <HitsOfKind key={kind} kind={kind} hits={groups.get(kind)!} open={open} />);
}

function HitsOfKind({ kind, hits, open }: { kind: Kind; hits: readonly Hit[]; open: (route: Route) => void }) {
  const { t, number } = useText();
  const [shownMax, setShownMax] = useState(hitsShownFirst);
  return (
    <section className="hits">
      <h2>{t(`looking.kind_${kind}`)} <span className="soft numeric">{number(hits.length)}</span></h2>
      <ul className="ruled">{hits.slice(0, shownMax).map((hit, index) => <li key={index}><HitLine hit={hit} open={open} /></li>)}</ul>
      {hits.length > shownMax && <Button look="quiet" onPress={() => setShownMax(hits.length)}>{t("looking.more_hits", { count: hits.length - shownMax })}</Button>}
    </section>
  );
}

/** Telephone numbers stay whole where only some of their digits were found. */
function Marked({ excerpt, marks }: Pick<Hit, "excerpt" | "marks">) {
  return piecesOf(excerpt).map(({ text, start, isTelephone }) => {
    const within = marks.map(([from, to]) => [from - start, to - start] as const);
    const words = marked(text, within).map(({ text, isHit }, index) => (isHit ? <mark key={index}>{text}</mark> : text));
    return isTelephone ? <bdo key={start} dir="ltr" className="telephone">{words}</bdo> : <Fragment key={start}>{words}</Fragment>;
  });
}

function HitLine({ hit, open }: { hit: Hit; open: (route: Route) => void }) {
  const { t } = useText();
  const { whatIsAt } = useFieldWords();
  const { start } = useApp();
  const shownSpace = useSpace()?.space;
  const route = placeOf(hit.name, hit.kind, hit.at);
  const where: ReactNode[] = [
    <Bdi key="title">{hit.title || t("looking.untitled")}</Bdi>,
    hit.at.length > 1 && <span key="what">{whatIsAt(hit.at)}</span>,
    hit.name.space !== shownSpace && <Bdi key="space">{start?.spaces.find(({ space }) => space === hit.name.space)?.title}</Bdi>,
  ];
  return (
    <Link href={hrefOf(route)} className="line hit" onClick={(event) => {
      event.preventDefault();
      open(route);
    }}>
      <span className="hit-where small soft">{where}</span>
      <span className="text hit-text" dir="auto">
        <Marked excerpt={hit.excerpt} marks={hit.marks} />
      </span>
    </Link>
  );
}
