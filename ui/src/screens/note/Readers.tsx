// Who can read a note: the marks of their organisations at its top, and everyone by name behind them.

import { useState } from "react";
import { compareNames } from "../../arabic/names";
import type { DocumentView, SpaceView, Who } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Dialog } from "../../parts/overlays";
import { Bdi, Name, Organisation } from "../../parts/words";

/** Names stand beside the marks only as far as the line on a phone goes. */
const namedMax = 2;

export function Readers({ view: { readers, name }, space }: { view: DocumentView; space: SpaceView | undefined }) {
  const { t, parts } = useText();
  const [isOpen, setIsOpen] = useState(false);
  const organisations = organisationsOf(readers);
  return (
    <>
      <Button look="quiet" className="readers" onPress={() => setIsOpen(true)}>
        <Icon name={readers.length > 1 ? "seen" : "lock"} size={18} />
        <span className="readers-words">
          <span className="small">{t("note.readers", { count: readers.length })}</span>
          {organisations.map((organisation, index) => (index < namedMax ? <span key={organisation} className="small"><Organisation name={organisation} /></span> : null))}
          {organisations.length > namedMax && <span className="small soft">{t("note.more_organisations", { count: organisations.length - namedMax })}</span>}
        </span>
      </Button>
      <Dialog title={t("note.readers_title")} isOpen={isOpen} onClose={() => setIsOpen(false)}
        actions={<To route="members" params={{ space: name.space }} className="button plain">{t("common.members")}</To>}>
        {space && <p className="soft">{parts("note.readers_hint", { space: <Bdi>{space.title}</Bdi> })}</p>}
        <ReaderList readers={readers} />
      </Dialog>
    </>
  );
}

export function ReaderList({ readers }: { readers: Pick<Who, "name" | "organisation" | "is_me" | "member" | "device">[] }) {
  const { t } = useText();
  return (
    <ul className="reader-list">
      {[...organisationsOf(readers), null].map((organisation) => {
        const people = readers.filter((who) => (who.organisation ?? null) === organisation).toSorted((a, b) => compareNames(a.name ?? "", b.name ?? ""));
        if (people.length === 0) return null;
        return (
          <li key={organisation ?? ""}>
            <strong>{organisation ? <Organisation name={organisation} /> : t("note.no_organisation")}</strong>
            <ul>{people.map((who, index) => <li key={index}><Name who={{ ...who, organisation: null }} /></li>)}</ul>
          </li>
        );
      })}
    </ul>
  );
}

function organisationsOf(readers: Pick<Who, "organisation">[]): string[] {
  return [...new Set(readers.map(({ organisation }) => organisation))].filter((name) => name !== null && name !== "").toSorted((a, b) => compareNames(a!, b!)) as string[];
}
