// One conference as a letter: its head, and below it the agenda, the delegations, what was recommended and said.

import type { ReactNode } from "react";
import { goInstead } from "../app/router";
import type { Routes } from "../app/routes";
import { useText } from "../i18n/text";
import { Tabs } from "../parts/Tabs";
import { Agenda } from "./conference/Agenda";
import { Committees } from "./conference/Committees";
import { Communique } from "./conference/Communique";
import "./conference/conference.css";
import { InConference } from "./conference/context";
import { Delegations } from "./conference/Delegations";
import { Letterhead } from "./conference/Letterhead";
import { NotesTaken } from "./conference/NotesTaken";
import { Recommendations } from "./conference/Recommendations";

const tabs = ["agenda", "delegations", "recommendations", "committees", "notes", "communique"] as const;
type TabName = (typeof tabs)[number];

export default function Conference({ params: { space, document, tab } }: { params: Routes["conference"] }) {
  const { t } = useText();
  const contents: Record<TabName, ReactNode> = {
    agenda: <Agenda />, delegations: <Delegations />, recommendations: <Recommendations />, committees: <Committees />,
    notes: <NotesTaken subject={{ conference: document }} takes={(line) => line.conference === document} />, communique: <Communique />,
  };
  return (
    <article className="letter">
      <InConference name={{ space, document }}>
        <Letterhead />
        <Tabs
          label={t("conference.parts")}
          tabs={tabs.map((id) => ({ id, label: t(`conference.tab_${id}`), content: contents[id] }))}
          value={tabs.find((each) => each === tab) ?? "agenda"}
          onChange={(chosen) => goInstead("conference", { space, document, tab: chosen })}
        />
      </InConference>
    </article>
  );
}
