// The notes that were taken at a conference, or at one item of its agenda.

import { type Subject, useNoteSpace } from "../../app/write";
import { useQuery } from "../../engine/query";
import type { DocumentLine } from "../../engine/types";
import { useText } from "../../i18n/text";
import { To } from "../../parts/Button";
import { Answer, Empty } from "../../parts/states";
import { Bdi, Written } from "../../parts/words";
import { useConference } from "./context";
import { NoteHere } from "./NoteHere";

/** A note in any of one's spaces: most are in the delegation's own, and the conference is shared. */
export function NotesTaken({ subject, takes }: { subject: Subject; takes: (line: DocumentLine) => boolean }) {
  const { t, relative } = useText();
  const { conference } = useConference();
  const space = useNoteSpace();
  const query = useQuery("documents", { space: null, kind: "note" });
  const entryOf = (line: DocumentLine) => (subject.agenda_item ? undefined : conference.agenda.find(({ id }) => line.agenda_item?.endsWith(`/${id}`))?.title);
  return (
    <div className="stack">
      <NoteHere subject={subject} isPrimary />
      <Answer query={query}>
        {(lines) => {
          const taken = lines.filter((line) => !line.is_binned && takes(line));
          if (taken.length === 0) return <Empty title={t("conference.notes_empty")} hint={space && t("conference.notes_empty_hint", { space: space.title })} />;
          return (
            <ul className="ruled">
              {taken.map((line) => (
                <li key={line.name.document}>
                  <To route="note" params={line.name} className="line note-line">
                    <Bdi className="note-title">{line.title || line.first_words || t("conference.nameless")}</Bdi>
                    {line.title && line.first_words && <Bdi className="small soft note-words"><Written text={line.first_words} /></Bdi>}
                    <span className="small soft note-facts">{entryOf(line) && <Bdi>{entryOf(line)}</Bdi>}<span>{relative(line.last_edit_ms)}</span></span>
                  </To>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </div>
  );
}
