// «اكتب»: a new note in one's delegation's space, attached to what is on the screen.

import { useCallback, useEffect } from "react";
import { edits, useSend } from "../engine/edit";
import { useApp, useSettings, useSpace } from "../engine/store";
import type { DocumentId, DocumentName, Link, SpaceView } from "../engine/types";
import { fresh } from "./fresh";
import { go, useRoute } from "./router";

export type Subject = { conference?: DocumentId; agenda_item?: Link; speaker?: string | null };

/** Whether one may change anything in a space. A joining that waits hinders nobody. */
export const mayWriteIn = ({ standing, role }: SpaceView) => standing !== "removed" && role !== "viewer";

/** Where a new note goes: the space chosen for it, else one that nobody else is in, else the shown one; null where none
 *  of them may be written in. */
export function useNoteSpace(): SpaceView | null {
  const { start } = useApp();
  const { home_space } = useSettings();
  const shown = useSpace()?.space;
  const spaces = (start?.spaces ?? []).filter(mayWriteIn);
  const isOwn = ({ standing, members }: SpaceView) => standing === "member" && members === 1;
  return spaces.find(({ space }) => space === home_space) ?? spaces.find(isOwn) ?? spaces.find(({ space }) => space === shown) ?? null;
}

/** Creates a note about a subject; a failure is told and gives undefined. */
export function useNewNote(): (subject: Subject, title?: string) => Promise<DocumentName | undefined> {
  const send = useSend();
  const space = useNoteSpace()?.space;
  return useCallback(
    async (subject, title = "") => {
      if (!space) return undefined;
      const set = Object.entries(subject).flatMap(([field, value]) => (value ? [edits.set([], field, value)] : []));
      const name = await send("create", { space, kind: "note", title, edits: set });
      if (name && title === "") fresh.add(name.document);
      return name;
    },
    [send, space],
  );
}

/** Creates a note and opens it; without a subject it takes the conference and agenda item that are shown. */
export function useWrite(): (subject?: Subject) => Promise<void> {
  const create = useNewNote();
  const route = useRoute();
  return useCallback(
    async (subject = subjectOf(route)) => {
      const name = await create(subject);
      if (name) go("note", name);
    },
    [create, route],
  );
}

/** What the screen says that it is about, where its address does not. */
let told: Subject = {};

/** Tells «اكتب» what is on the screen, as long as it is there. */
export function useSubject(subject: Subject) {
  useEffect(() => {
    told = subject;
    return () => void (told = {});
  }, [JSON.stringify(subject)]);
}

function subjectOf(route: ReturnType<typeof useRoute>): Subject {
  if (route?.name === "conference" || route?.name === "recommendation") return { conference: route.params.document };
  if (route?.name === "agenda-item") return { conference: route.params.document, agenda_item: `${route.params.document}/${route.params.item}` };
  return told;
}
