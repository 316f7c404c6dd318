// A closing statement becomes recommendations: pasted or taken from a note, read, corrected in its own text, accepted.

import { useMemo, useState } from "react";
import { goInstead } from "../app/router";
import type { Routes } from "../app/routes";
import { newId, useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import type { DocumentName } from "../engine/types";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { Select } from "../parts/choices";
import { TextArea } from "../parts/fields";
import { Answer, Empty, Failed } from "../parts/states";
import { Heading } from "../parts/words";
import "./conference/conference.css";
import { InConference, useConference } from "./conference/context";
import { ToConference } from "./conference/Letterhead";
import { present } from "./conference/timetable";
import { useConferences } from "./conference/views";
import { type Found, foundFrom } from "./paste-statement/borders";
import { Review } from "./paste-statement/Review";
import { type Range, type Source, textOf } from "./paste-statement/source";
import "./paste-statement/paste-statement.css";

/** Of a note, what was selected in it comes along, as indexes into its flat body. */
type Params = Routes["paste-statement"] & { from?: string; to?: string };

export default function PasteStatement({ params: { space, document, note, from, to } }: { params: Params }) {
  const opened = useQuery("document", { name: { space, document }, heads: null });
  const range = from && to ? { from: Number(from), to: Number(to) } : null;
  return (
    <Answer query={opened}>
      {({ content, name }) =>
        content.kind === "note"
          ? <FromNote note={name} conference={content.conference} range={range} />
          : <InConference name={name}>{note ? <WithNote note={note} range={range} /> : <Statement />}</InConference>
      }
    </Answer>
  );
}

/** Arrived from a note: the conference is the note's own, or one is chosen. */
function FromNote({ note, conference, range }: { note: DocumentName; conference: string | null; range: Range | null }) {
  const { t } = useText();
  const { conferences, isRead } = useConferences(null);
  const [chosen, setChosen] = useState(conference);
  const into = conferences.find(({ name }) => name.document === chosen);
  if (into) return <InConference name={into.name}><WithNote note={note.document} range={range} /></InConference>;
  if (!isRead) return null;
  if (conferences.length === 0) return <Empty title={t("conference.none")} hint={t("conference.none_hint")}><Button onPress={() => goInstead("conferences")}>{t("conference.to_conferences")}</Button></Empty>;
  return (
    <>
      <Heading>{t("conference.paste_statement")}</Heading>
      <Select label={t("conference.into_conference")} value={chosen} onChange={setChosen}
        options={conferences.map(({ name, conference: { title } }) => ({ id: name.document, label: title ?? t("conference.nameless") }))} />
    </>
  );
}

/** With the text of a note that may lie in another space than the conference. */
function WithNote({ note, range }: { note: string; range: Range | null }) {
  const lines = useQuery("documents", { space: null, kind: "note" });
  const line = lines.value?.find(({ name }) => name.document === note);
  const body = useQuery("note_body", line ? { name: line.name, heads: null } : null);
  if (lines.value && !line) return <Statement />;
  if (body.error) return <Failed error={body.error} retry={body.refetch} />;
  return body.value ? <Statement source={{ note: line!.name, ...textOf(body.value, range) }} /> : null;
}

function Statement({ source = null }: { source?: Source | null }) {
  const { t } = useText();
  const send = useSend();
  const { conference } = useConference();
  const [text, setText] = useState(source?.text ?? "");
  const [found, setFound] = useState<Found[] | null>(null);
  const known = useMemo(() => new Set(present(conference.recommendations).map(({ wording }) => wording.trim())), [conference]);
  const read = async () => {
    const proposals = await send("read_statement", { text });
    // What the conference already has is shown and left out, so that reading a statement twice doubles nothing.
    if (proposals) setFound(foundFrom(proposals, newId).map((each) => ({ ...each, isTaken: !known.has(each.wording.trim()) })));
  };
  if (found) return <Review text={text} source={text === source?.text ? source : null} found={found} setFound={setFound} known={known} leave={() => setFound(null)} />;
  const communique = conference.communique.trim();
  return (
    <div className="stack paste">
      <Heading above={<ToConference tab="recommendations" />}>{t("conference.paste_statement")}</Heading>
      <p className="soft">{t("conference.paste_hint")}</p>
      <TextArea label={t("conference.statement")} value={text} onChange={setText} rows={10} autoFocus />
      <div className="row">
        <Button look="primary" icon="statement" isDisabled={!text.trim()} isWriting onPress={() => void read()}>{t("conference.read_statement")}</Button>
        {communique && communique !== text.trim() && <Button onPress={() => setText(conference.communique)}>{t("conference.take_communique")}</Button>}
      </div>
    </div>
  );
}
