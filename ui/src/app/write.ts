// «اكتب»: a new note in one's delegation's space, attached to what is on the screen.

import { useCallback } from "react";
import { edits, useSend } from "../engine/edit";
import { useSettings, useSpace } from "../engine/store";
import type { DocumentId, Link } from "../engine/types";
import { go, useRoute } from "./router";

export type Subject = { conference?: DocumentId; agenda_item?: Link };

/** Creates a note and opens it; without a subject it takes the conference and agenda item that are shown. */
export function useWrite(): (subject?: Subject) => Promise<void> {
  const send = useSend();
  const { home_space } = useSettings();
  const shown = useSpace()?.space;
  const route = useRoute();
  return useCallback(
    async (subject = subjectOf(route)) => {
      const space = home_space ?? shown;
      if (!space) return go("welcome");
      const set = Object.entries(subject).map(([field, value]) => edits.set([], field, value));
      const name = await send("create", { space, kind: "note", title: "", edits: set });
      if (name) go("note", name);
    },
    [send, home_space, shown, route],
  );
}

function subjectOf(route: ReturnType<typeof useRoute>): Subject {
  if (route?.name === "conference") return { conference: route.params.document };
  if (route?.name === "agenda-item") return { conference: route.params.document, agenda_item: `${route.params.document}/${route.params.item}` };
  return {};
}
