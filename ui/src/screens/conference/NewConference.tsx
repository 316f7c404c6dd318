// A new conference from a template: alone, or as the next edition of a series, which shows what the last one left open.

import { useState } from "react";
import { go } from "../../app/router";
import { newId, useSend } from "../../engine/edit";
import type { DateText, SpaceId, SpaceView } from "../../engine/types";
import { useText } from "../../i18n/text";
import { OrganisationMark } from "../../look/OrganisationMark";
import { Button } from "../../parts/Button";
import { ComboBox, Select, Switch } from "../../parts/choices";
import { DateField, NumberField, TextField } from "../../parts/fields";
import { Sheet } from "../../parts/overlays";
import { Hanging, Written } from "../../parts/words";
import { agendaKinds } from "./Agenda";
import { editsOf, latestEditions, nextOrdinal, openRecommendations } from "./editions";
import { statusIn, useConferences, usePlans } from "./views";

const alone = "";

type NewConferenceProps = {
  onClose: () => void;
  /** Where one may write, the likeliest first. */
  spaces: SpaceView[];
};

const blank = {
  into: null as SpaceId | null, template: alone, title: null as string | null, carries: true,
  facts: { series: "", ordinal: null as number | null, host: "", venue: "", starts_on: null as DateText | null, ends_on: null as DateText | null },
};
type Draft = typeof blank;

/** What was written stays for the next opening, until the conference is made or given up. */
export function NewConference({ isOpen, onClose, spaces }: NewConferenceProps & { isOpen: boolean }) {
  const { t } = useText();
  const [draft, setDraft] = useState(blank);
  const end = () => {
    setDraft(blank);
    onClose();
  };
  return (
    <Sheet title={t("conference.new")} isOpen={isOpen} onClose={onClose}>
      <Form spaces={spaces} onClose={end} draft={draft} change={(part) => setDraft((old) => ({ ...old, ...part }))} />
    </Sheet>
  );
}

function Form({ onClose, spaces, draft, change }: NewConferenceProps & { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { t, ordinal: ordinalOf, number } = useText();
  const send = useSend();
  const { template, facts, title, carries } = draft;
  const into = draft.into ?? spaces[0]?.space ?? null;
  const space = spaces.find((each) => each.space === into);
  const { conferences } = useConferences(null);
  const { plans } = usePlans();
  const [isAsked, setIsAsked] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const set = <F extends keyof typeof facts>(field: F) => (value: (typeof facts)[F]) => change({ facts: { ...facts, [field]: value } });

  const latest = latestEditions(conferences);
  const previous = latest.get(template);
  const open = previous ? openRecommendations(previous.conference, statusIn(plans)) : [];
  const edition = facts.ordinal !== null ? t("conference.edition", { ordinal: ordinalOf(facts.ordinal) }) : "";
  const shownTitle = title ?? [facts.series, edition].filter(Boolean).join(" — ");
  const hasError = isAsked && !shownTitle.trim();
  const isBackwards = facts.starts_on !== null && facts.ends_on !== null && facts.ends_on < facts.starts_on;

  const choose = (series: string) => {
    const before = latest.get(series);
    const isThere = spaces.some((each) => each.space === before?.name.space);
    change({ template: series, ...(isThere ? { into: before!.name.space } : {}), facts: { ...facts, series, ordinal: before ? nextOrdinal(before.conference) : null } });
  };
  const create = async () => {
    setIsAsked(true);
    if (!shownTitle.trim() || isBackwards || !space) return;
    setIsPending(true);
    const agenda = agendaKinds.map((kind) => ({ kind, title: t(`conference.kind_${kind}`) }));
    const followUp = {
      kind: "discussion" as const,
      title: previous?.conference.ordinal ? t("conference.follow_up", { ordinal: ordinalOf(previous.conference.ordinal) }) : t("conference.follow_up_last"),
      minutes: open.map((one, index) => `${number(one.number ?? index + 1)}- ${one.wording}`).join("\n"),
    };
    // What is still open comes before anything new is discussed.
    const first = agenda.findIndex(({ kind }) => kind === "discussion");
    const all = carries && open.length > 0 ? agenda.toSpliced(first, 0, followUp) : agenda;
    const made = await send("create", { space: space.space, kind: "conference", title: shownTitle.trim(), edits: editsOf({ ...facts, series: facts.series.trim(), host: facts.host.trim(), venue: facts.venue.trim(), agenda: all }, newId) });
    setIsPending(false);
    if (!made) return;
    onClose();
    go("conference", made);
  };
  const templates = [{ id: alone, label: t("conference.template_new") }, ...[...latest.keys()].map((series) => ({ id: series, label: t("conference.template_next", { series }) }))];
  return (
    <form className="stack" noValidate onSubmit={(event) => { event.preventDefault(); void create(); }}>
      {spaces.length > 1 && <Select label={t("conference.space")} options={spaces.map((each) => ({ id: each.space, label: each.title, mark: <OrganisationMark name={each.title} /> }))} value={into} onChange={(chosen) => change({ into: chosen })} />}
      {latest.size > 0 && <Select label={t("conference.template")} options={templates} value={template} onChange={choose} />}
      <TextField label={t("conference.series")} hint={t("conference.series_hint")} value={facts.series} onChange={set("series")} />
      <NumberField label={t("conference.ordinal")} hint={edition || t("conference.ordinal_hint", { number: 8 })} value={facts.ordinal} onChange={set("ordinal")} min={1} max={999} />
      <TextField label={t("conference.title")} value={shownTitle} onChange={(text) => change({ title: text })} error={hasError ? t("conference.title_needed") : undefined} />
      <ComboBox label={t("conference.host")} value={facts.host} onChange={set("host")} options={(space?.organisations ?? []).map((name) => ({ id: name, label: name, mark: <OrganisationMark name={name} /> }))} />
      <TextField label={t("conference.venue")} value={facts.venue} onChange={set("venue")} />
      <DateField label={t("conference.starts_on")} value={facts.starts_on} onChange={set("starts_on")} />
      <DateField label={t("conference.ends_on")} value={facts.ends_on} onChange={set("ends_on")} error={isBackwards ? t("conference.ends_before") : undefined} />
      {open.length > 0 && (
        <section className="still-open">
          <h3>{t("conference.still_open", { count: open.length })}</h3>
          <ol className="recommendations of-list">
            {open.map((one) => <li key={one.id}><Hanging numeral={one.number}><p dir="auto"><Written text={one.wording} /></p></Hanging></li>)}
          </ol>
          <Switch isOn={carries} onChange={(chosen) => change({ carries: chosen })}>{t("conference.carry_to_agenda")}</Switch>
        </section>
      )}
      <p className="small soft">{t("conference.template_hint")}</p>
      <div className="row">
        <Button look="primary" type="submit" isWriting isPending={isPending}>{t("conference.create")}</Button>
        <Button look="quiet" onPress={onClose}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
