// The first minutes: language, who one is, and how to begin. Needs no server and no network.

import { type FormEvent, type ReactNode, useState } from "react";
import { back, go, goInstead } from "../app/router";
import { call, type Failure } from "../engine/bridge";
import { useSend } from "../engine/edit";
import { refreshStart, savePerson, saveSettings, useApp, useSettings } from "../engine/store";
import type { Founded } from "../engine/types";
import { useText } from "../i18n/text";
import { OrganisationMark } from "../look/OrganisationMark";
import { Button } from "../parts/Button";
import { Segmented, Switch } from "../parts/choices";
import { TextField } from "../parts/fields";
import { Qr } from "../parts/Qr";
import { toast } from "../parts/toast";
import { Heading } from "../parts/words";

type Step = "who" | "how" | "alone" | "found" | "recovery";

export default function Welcome() {
  const { start } = useApp();
  const [step, setStep] = useState<Step>(start?.person ? "how" : "who");
  const [founded, setFounded] = useState<Founded & { title: string }>();
  if (step === "who") return <WhoStep next={() => setStep("how")} />;
  if (step === "how") return <HowStep choose={setStep} />;
  if (step === "recovery" && founded) return <RecoveryStep founded={founded} />;
  return (
    <FoundStep
      isShared={step === "found"}
      leave={() => setStep("how")}
      next={(space) => {
        setFounded(space);
        setStep("recovery");
      }}
    />
  );
}

function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return <form className="stack" noValidate onSubmit={submit}>{children}</form>;
}

function WhoStep({ next }: { next: () => void }) {
  const { t } = useText();
  const { language } = useSettings();
  const [name, setName] = useState("");
  const [organisation, setOrganisation] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const submit = async () => {
    setIsAsked(true);
    if (!name.trim() || !organisation.trim()) return;
    try {
      await savePerson(name.trim(), organisation.trim());
      next();
    } catch {
      toast({ text: t("common.failure_storage"), isFailure: true });
    }
  };
  return (
    <Form onSubmit={() => void submit()}>
      <Heading>{t("start.welcome")}</Heading>
      <p className="soft">{t("start.welcome_hint")}</p>
      <Segmented
        label={t("start.language")}
        options={[{ id: "ar", label: "العربية" }, { id: "en", label: "English" }]}
        value={language}
        onChange={(chosen) => void saveSettings({ language: chosen })}
      />
      <TextField label={t("start.your_name")} value={name} onChange={setName} autoComplete="name" error={isAsked && !name.trim() ? t("start.name_needed") : undefined} />
      <TextField
        label={t("start.your_organisation")}
        hint={t("start.your_organisation_hint")}
        value={organisation}
        onChange={setOrganisation}
        autoComplete="organization"
        error={isAsked && !organisation.trim() ? t("start.organisation_needed") : undefined}
        {...(organisation.trim() ? { after: <span className="button quiet of-icon"><OrganisationMark name={organisation} size={24} /></span> } : {})}
      />
      <div className="row"><Button look="primary" type="submit">{t("start.continue")}</Button></div>
    </Form>
  );
}

function HowStep({ choose }: { choose: (step: Step) => void }) {
  const { t } = useText();
  const { start } = useApp();
  const isAnother = (start?.spaces.length ?? 0) > 0;
  const ways = [
    { way: "alone", act: () => choose("alone") },
    { way: "found", act: () => choose("found") },
    { way: "join", act: () => go("join") },
    { way: "recover", act: () => go("recover") },
  ] as const;
  return (
    <>
      {isAnother ? <><Heading>{t("start.another")}</Heading><p className="soft">{t("start.another_hint")}</p></> : <Heading>{t("start.how", { name: start?.person?.name ?? "" })}</Heading>}
      <ul className="ruled">
        {ways.map(({ way, act }) => (
          <li key={way} className="stack" style={{ paddingBlock: "var(--space-6)" }}>
            <div className="row"><Button look={way === "alone" ? "primary" : "plain"} onPress={act}>{t(`start.${way}`)}</Button></div>
            <p className="soft">{t(`start.${way}_hint`)}</p>
          </li>
        ))}
      </ul>
      {isAnother && <div className="row"><Button look="quiet" onPress={back}>{t("common.back")}</Button></div>}
    </>
  );
}

function FoundStep({ isShared, leave, next }: { isShared: boolean; leave: () => void; next: (founded: Founded & { title: string }) => void }) {
  const { t } = useText();
  const send = useSend();
  const { start } = useApp();
  // Where the new notes go now. Only a space without a server is sure to be nobody else's.
  const home = start?.spaces.find(({ space }) => space === start.settings.home_space);
  const [takesNotes, setTakesNotes] = useState(home !== undefined && home.server !== null);
  const [title, setTitle] = useState(isShared ? "" : t("start.my_space", { organisation: start?.person?.organisation ?? "" }));
  const [enterLink, setEnterLink] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const [isUnread, setIsUnread] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const submit = async () => {
    setIsAsked(true);
    if (!title.trim() || (isShared && !enterLink.trim())) return;
    setIsPending(true);
    const isEnter = !isShared || (await call("read_link", { link: enterLink.trim() }).then(({ link }) => link === "enter", () => false));
    setIsUnread(!isEnter);
    const founded = isEnter ? await send("found", { title: title.trim(), enter_link: isShared ? enterLink.trim() : null }) : undefined;
    setIsPending(false);
    if (!founded) return;
    if (!isShared && home && takesNotes) await saveSettings({ home_space: founded.space }).catch((cause: Failure) => toast({ text: t(`common.failure_${cause.code}`), isFailure: true }));
    // From here a space exists, and only its own address keeps this screen with the recovery key.
    goInstead("welcome");
    next({ ...founded, title: title.trim() });
  };
  const linkError = isAsked && !enterLink.trim() ? t("start.enter_link_needed") : isUnread ? t("start.enter_link_unread") : undefined;
  return (
    <Form onSubmit={() => void submit()}>
      <Heading>{t(isShared ? "start.found" : "start.alone")}</Heading>
      <TextField label={t("start.space_title")} value={title} onChange={setTitle} error={isAsked && !title.trim() ? t("start.space_title_needed") : undefined} />
      {isShared && (
        <TextField label={t("start.enter_link")} hint={t("start.enter_link_hint")} dir="ltr" inputMode="url" value={enterLink} error={linkError}
          onChange={(text) => {
            setEnterLink(text);
            setIsUnread(false);
          }}
        />
      )}
      {!isShared && home && <Switch isOn={takesNotes} onChange={setTakesNotes}>{t("start.notes_here")}</Switch>}
      <div className="row">
        <Button look="primary" type="submit" isPending={isPending} isWriting>{t("start.found_now")}</Button>
        <Button look="quiet" onPress={leave}>{t("common.back")}</Button>
      </div>
    </Form>
  );
}

function RecoveryStep({ founded }: { founded: Founded & { title: string } }) {
  const { t } = useText();
  const enter = async () => {
    await refreshStart(founded.space);
    goInstead("today");
  };
  return (
    <div className="stack">
      <Heading>{t("start.founded", { title: founded.title })}</Heading>
      <h2>{t("start.recovery")}</h2>
      <p>{t("start.recovery_hint")}</p>
      <p className="code" dir="ltr">{founded.recovery}</p>
      {founded.recovery_svg ? <><Qr svg={founded.recovery_svg} label={founded.title} /><p className="soft">{t("start.recovery_qr")}</p></> : <p className="soft">{t("start.recovery_no_server")}</p>}
      <div className="row not-printed">
        <Button icon="print" onPress={() => window.print()}>{t("start.print")}</Button>
        <Button look="primary" onPress={() => void enter()}>{t("start.to_work")}</Button>
      </div>
    </div>
  );
}
