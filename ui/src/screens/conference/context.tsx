// The conference on the screen and how its parts change it.

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useEdit } from "../../engine/edit";
import { useQuery } from "../../engine/query";
import { useApp } from "../../engine/store";
import type { Conference, DocumentName, DocumentView, Edit } from "../../engine/types";
import { NamedHere } from "../../look/OrganisationMark";
import { ReadOnly } from "../../parts/ReadOnly";
import { Answer, NotFound, StandingNotice } from "../../parts/states";
import { toast } from "../../parts/toast";
import { useText } from "../../i18n/text";

type Shown = {
  name: DocumentName; view: DocumentView; conference: Conference;
  change: (...edits: Edit[]) => Promise<boolean>;
  /** Does it, says so in `told`, and offers to take it back. */
  doUndoably: (told: string, does: Edit[], undoes: Edit[]) => Promise<void>;
};

const Context = createContext<Shown | null>(null);

export function useConference(): Shown {
  const shown = useContext(Context);
  if (!shown) throw new Error("there is no conference around this");
  return shown;
}

/** Shows `children` once the conference is here, read-only where one may not write, with how one stands in its space. */
export function InConference({ name, children }: { name: DocumentName; children: ReactNode }) {
  const { space, document } = name;
  const query = useQuery("document", { name: { space, document }, heads: null });
  return <Answer query={query}>{(view) => (view.content.kind === "conference" ? <Around view={view} conference={view.content}>{children}</Around> : <NotFound />)}</Answer>;
}

function Around({ view, conference, children }: { view: DocumentView; conference: Conference; children: ReactNode }) {
  const { t } = useText();
  const { start } = useApp();
  const change = useEdit(view.name);
  const space = start?.spaces.find((each) => each.space === view.name.space);
  const shown = useMemo<Shown>(
    () => ({
      name: view.name, view, conference, change,
      doUndoably: async (told, does, undoes) => {
        if (does.length > 0 && (await change(...does))) toast({ text: told, undo: () => void change(...undoes) });
      },
    }),
    [view, conference, change],
  );
  return (
    <Context value={shown}>
      <NamedHere names={[conference.host, ...conference.delegations.map(({ organisation }) => organisation)]}>
        <ReadOnly when={!view.may_write || view.is_binned}>
          {space && <StandingNotice space={space} />}
          {view.is_binned && <p className="notice" role="status">{t("conference.binned")}</p>}
          {children}
        </ReadOnly>
      </NamedHere>
    </Context>
  );
}
