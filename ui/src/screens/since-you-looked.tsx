// What others changed since one last marked it as seen: in one document line by line, or over all of them.

import { useEffect, useRef, useState } from "react";
import type { Routes } from "../app/routes";
import { call } from "../engine/bridge";
import { useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import { announce, useApp, watchEvents } from "../engine/store";
import type { DocumentLine, DocumentName, DocumentView, Since, Who } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, Empty } from "../parts/states";
import { toast } from "../parts/toast";
import { Bdi, Heading, Organisation } from "../parts/words";
import { compareNames } from "../arabic/names";
import { Changes } from "./looking/Changes";
import { useFieldWords } from "./looking/fields";
import { authors } from "./looking/lines";
import { aboutAt } from "./looking/about";
import { Rivals } from "./looking/Rivals";
import "./looking/looking.css";

export default function SinceYouLooked({ params }: { params: Routes["since-you-looked"] }) {
  const { space, document } = params;
  return space && document ? <OneDocument name={{ space, document }} /> : <Overview />;
}

function useMarkSeen() {
  const { t } = useText();
  const send = useSend();
  return async (seen: readonly { name: DocumentName; heads: string[] }[]) => {
    for (const { name, heads } of seen) if ((await send("mark_seen", { name, heads })) === undefined) return;
    // What is unseen is no part of a document, so no edit tells of it.
    announce([{ event: "documents_changed" }]);
    toast({ text: t("looking.marked_seen") });
  };
}

function OneDocument({ name }: { name: DocumentName }) {
  const { t } = useText();
  const document = useQuery("document", { name, heads: null });
  const since = useQuery("since", { name, from: null, to: null });
  const send = useSend();
  const markSeen = useMarkSeen();
  const undo = async ({ from, to }: Since, line: number) => {
    if ((await send("undo_line", { name, from, to, line })) === undefined) return;
    announce([{ event: "document_changed", name, by: [] }]);
    toast({ text: t("looking.undone") });
  };
  return (
    <Answer query={document}>
      {(view) => (
        <ReadOnly when={!view.may_write}>
          <Heading
            above={t("common.since_you_looked")}
            actions={since.value && since.value.lines.length > 0 && <Button look="primary" icon="seen" onPress={() => void markSeen([{ name, heads: since.value!.to }])}>{t("looking.mark_seen")}</Button>}
          >
            {view.content.title || t("looking.untitled")}
          </Heading>
          <Conflicts view={view} />
          <Answer query={since}>
            {(value) => value.lines.length === 0 ? <Empty title={t("looking.all_seen")} hint={t("looking.all_seen_hint")} /> : (
              <Changes view={view} changes={value.lines} actions={({ index }) => (
                <Button look="quiet" icon="undo" isWriting className="small" onPress={() => void undo(value, index)}>{t("looking.undo_change")}</Button>
              )} />
            )}
          </Answer>
        </ReadOnly>
      )}
    </Answer>
  );
}

function Conflicts({ view }: { view: DocumentView }) {
  const { t } = useText();
  const { whatIsAt } = useFieldWords();
  if (view.conflicts.length === 0) return null;
  return (
    <section className="changes">
      <h2>{t("looking.conflicts")}</h2>
      {view.conflicts.map((conflict) => (
        <div key={[...conflict.at, conflict.field].join("/")} className="changes-item">
          <p className="changes-about"><span className="soft small">{whatIsAt(conflict.at)}</span> <Bdi className="changes-words">{aboutAt(view.content, conflict.at)}</Bdi></p>
          <Rivals view={view} at={conflict.at} field={conflict.field} />
        </div>
      ))}
    </section>
  );
}

/** Beyond these the changes of a document are counted only when it is opened. */
const lookedIntoMax = 60;

/** What changed in each document, asked one after the other and again when anything changes. */
function useSinces(lines: readonly DocumentLine[]): Map<string, Since> {
  const [found, setFound] = useState<Map<string, Since>>(new Map());
  const latest = useRef(lines);
  latest.current = lines;
  const key = lines.map(({ name }) => name.document).join();
  useEffect(() => {
    let isOver = false;
    let round = 0;
    const ask = async () => {
      round += 1;
      const own = round;
      const next = new Map<string, Since>();
      for (const { name } of latest.current.slice(0, lookedIntoMax)) {
        // A document that cannot be read now is listed by its title alone.
        const since = await call("since", { name, from: null, to: null }).catch(() => null);
        if (isOver || own !== round) return;
        if (since) next.set(name.document, since);
      }
      setFound(next);
    };
    void ask();
    const stop = watchEvents((events) => {
      if (events.some(({ event }) => event === "document_changed")) void ask();
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [key]);
  return found;
}

function Overview() {
  const { t } = useText();
  const query = useQuery("documents", { space: null, kind: null, only: "unseen" });
  return (
    <Answer query={query}>
      {(lines) => <Unseen lines={lines.filter(({ is_binned }) => !is_binned)} heading={t("common.since_you_looked")} />}
    </Answer>
  );
}

function Unseen({ lines, heading }: { lines: readonly DocumentLine[]; heading: string }) {
  const { t } = useText();
  const sinces = useSinces(lines);
  const markSeen = useMarkSeen();
  const known = lines.flatMap((line) => {
    const since = sinces.get(line.name.document);
    return since && since.lines.length > 0 ? [{ line, since }] : [];
  });
  const parts = known.flatMap(({ line, since }) => authors(since.lines).map(([organisation, people]) => ({ organisation, people, line, since })));
  const organisations = [...new Set(parts.map(({ organisation }) => organisation))].toSorted((one, other) => Number(one === null) - Number(other === null) || compareNames(one ?? "", other ?? ""));
  const others = lines.filter(({ name }) => !known.some(({ line }) => line.name.document === name.document));
  if (lines.length === 0) {
    return <><Heading>{heading}</Heading><Empty title={t("looking.all_seen")} hint={t("looking.all_seen_hint")} /></>;
  }
  return (
    <>
      <Heading above={t("looking.unseen_count", { count: lines.length })}
        actions={known.length > 0 && <Button icon="seen" onPress={() => void markSeen(known.map(({ since }) => ({ name: since.name, heads: since.to })))}>{t("looking.mark_all_seen")}</Button>}>
        {heading}
      </Heading>
      {organisations.map((organisation) => (
        <section key={organisation ?? ""} className="changes">
          <h2>{organisation ? <Organisation name={organisation} /> : t("looking.without_organisation")}</h2>
          <ul className="ruled">
            {parts.filter((part) => part.organisation === organisation).map(({ people, line, since }) => (
              <li key={line.name.document}><UnseenLine line={line} people={people} count={countOf(since, organisation)} seen={() => void markSeen([{ name: since.name, heads: since.to }])} /></li>
            ))}
          </ul>
        </section>
      ))}
      {others.length > 0 && sinces.size > 0 && (
        <section className="changes">
          <h2>{t("looking.more_documents")}</h2>
          <ul className="ruled">{others.map((line) => <li key={line.name.document}><UnseenLine line={line} people={[]} count={null} /></li>)}</ul>
        </section>
      )}
    </>
  );
}

const countOf = ({ lines }: Since, organisation: string | null) =>
  lines.filter(({ by }) => (by[by.length - 1]?.organisation?.trim() || null) === organisation).length;

function UnseenLine({ line, people, count, seen }: { line: DocumentLine; people: readonly Who[]; count: number | null; seen?: () => void }) {
  const { t, list, relative } = useText();
  const { start } = useApp();
  const space = (start?.spaces.length ?? 0) > 1 ? start?.spaces.find((each) => each.space === line.name.space) : undefined;
  const names = people.slice(0, 3).map(({ name }) => name ?? t("common.unknown_person"));
  return (
    <div className="spread">
      <To route="since-you-looked" params={line.name} className="line unseen-line">
        <Bdi className="changes-words">{line.title || line.first_words || t("looking.untitled")}</Bdi>
        <span className="soft small unseen-facts">
          {count !== null && <span>{t("looking.changes_count", { count })}</span>}
          {names.length > 0 && <span>{list(people.length > 3 ? [...names, t("looking.and_others")] : names)}</span>}
          {space && <Bdi>{space.title}</Bdi>}
          <span>{relative(line.last_edit_ms)}</span>
        </span>
      </To>
      {seen && <Button look="quiet" icon="seen" label={`${t("looking.mark_seen")}: ${line.title}`} onPress={seen} />}
    </div>
  );
}
