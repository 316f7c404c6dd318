// The conference on the screen and how its parts change it.

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { edits, useEditFrom, useEditSeen } from "../../engine/edit";
import { useQuery } from "../../engine/query";
import { useApp } from "../../engine/store";
import type { Conference, DocumentName, DocumentView, Edit } from "../../engine/types";
import { NamedHere } from "../../look/OrganisationMark";
import { Button } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { ReadOnly } from "../../parts/ReadOnly";
import { Answer, Empty, NotFound, StandingNotice } from "../../parts/states";
import { toast } from "../../parts/toast";
import { useText } from "../../i18n/text";
import { namedInConference } from "./named";

type Shown = {
  name: DocumentName; view: DocumentView; conference: Conference;
  change: (...edits: Edit[]) => Promise<boolean>;
  changeFrom: ReturnType<typeof useEditFrom>;
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
  const { edit: change } = useEditSeen(view);
  const changeFrom = useEditFrom(view.name);
  const space = start?.spaces.find((each) => each.space === view.name.space);
  const shown = useMemo<Shown>(
    () => ({
      name: view.name, view, conference, change, changeFrom,
      doUndoably: async (told, does, undoes) => {
        if (does.length > 0 && (await change(...does))) toast({ text: told, undo: () => void change(...undoes) });
      },
    }),
    [view, conference, change, changeFrom],
  );
  return (
    <Context value={shown}>
      <NamedHere names={namedInConference(conference)}>
        <ReadOnly when={!view.may_write || view.is_binned}>
          {space && <StandingNotice space={space} />}
          {view.is_binned && (
            <aside className="notice" role="status">
              <Icon name="bin" />
              <p>{t("conference.binned")}</p>
              {/* All here is read-only while it is in the bin, and this is the way out of it. */}
              {view.may_write && <Button onPress={() => void change(edits.restore([]))}>{t("common.restore")}</Button>}
            </aside>
          )}
          {children}
        </ReadOnly>
      </NamedHere>
    </Context>
  );
}

/** In place of a part that the conference does not have now: it is in the bin, with the way out of it, or nowhere. */
export function Missing({ title, at }: { title: string; at: string[] }) {
  const { t } = useText();
  const { name, change } = useConference();
  const query = useQuery("binned_items", { name });
  return (
    <Answer query={query}>
      {(binned) => !binned.some((each) => each.at.join() === at.join()) ? <NotFound /> : (
        <Empty title={title} hint={t("conference.in_bin")}>
          <Button icon="undo" isWriting onPress={() => void change(edits.restore(at))}>{t("common.restore")}</Button>
        </Empty>
      )}
    </Answer>
  );
}
