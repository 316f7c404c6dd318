// Joining by an invitation, or becoming the second device of somebody who is in already.

import { useEffect, useState } from "react";
import { back, goInstead } from "../app/router";
import { call } from "../engine/bridge";
import { useSend } from "../engine/edit";
import { refreshStart, takeOpenedLink, useApp } from "../engine/store";
import type { LinkView } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { CodePicture } from "../parts/CodePicture";
import { CopyCode } from "../parts/CopyCode";
import { TextField } from "../parts/fields";
import { Qr } from "../parts/Qr";
import { toast } from "../parts/toast";
import { Bdi, Heading } from "../parts/words";
import "./members.css";

type Answer = { code: string; svg: string };

export default function Join({ params }: { params: { link?: string } }) {
  const { t, parts } = useText();
  const send = useSend();
  const { start } = useApp();
  const [link, setLink] = useState(() => params.link ?? takeOpenedLink() ?? "");
  const [read, setRead] = useState<LinkView | "unread">();
  const [answer, setAnswer] = useState<Answer>();
  const [isPending, setIsPending] = useState(false);
  const text = link.trim();
  const isOffer = text.startsWith("multaqa://offer#");

  useEffect(() => {
    let isCurrent = true;
    setRead(undefined);
    if (text && !isOffer) {
      const answered = (view: LinkView | "unread") => isCurrent && setRead(view);
      call("read_link", { link: text }).then(answered, () => answered("unread"));
    }
    return () => {
      isCurrent = false;
    };
  }, [text, isOffer]);

  const join = async () => {
    setIsPending(true);
    const space = await send("join", { link: text });
    setIsPending(false);
    if (!space) return;
    await refreshStart(space.space);
    const { standing } = space;
    toast({ text: standing === "member" ? t("members.joined") : `${t(`common.${standing}`)}. ${t(`common.${standing}_hint`)}` });
    goInstead("today");
  };
  const becomeSecond = async () => {
    setIsPending(true);
    const code = await send("pair_answer", { offer: text });
    setIsPending(false);
    if (code) setAnswer(code);
  };

  if (answer) {
    return (
      <div className="stack">
        <Heading>{t("members.answer_title")}</Heading>
        <p>{t("members.answer_hint")}</p>
        <Qr svg={answer.svg} label="" />
        <CopyCode code={answer.code} />
        <div className="row"><Button look="primary" onPress={() => void refreshStart().then(() => goInstead("today"))}>{t("common.done")}</Button></div>
      </div>
    );
  }
  // A second device takes its person from the first one.
  if (!start?.person && !isOffer && read !== undefined) {
    return <><Heading>{t("members.nobody")}</Heading><div className="row"><To route="welcome" className="button primary">{t("members.to_welcome")}</To></div></>;
  }
  const isInvite = typeof read === "object" && read.link === "invite";
  return (
    <div className="stack">
      <Heading>{t("members.join_title")}</Heading>
      <TextField label={t("members.link")} hint={t("members.join_hint")} dir="ltr" inputMode="url" value={link} onChange={setLink} autoFocus
        error={read === "unread" ? t("members.link_unread") : undefined} />
      <CodePicture onFound={setLink} />
      {isInvite && (
        <div>
          <p>{t("members.joining")} <bdi dir="ltr">{read.server}</bdi></p>
          <p className="soft">{parts("members.as", { name: <Bdi>{start?.person?.name}</Bdi>, organisation: <Bdi>{start?.person?.organisation}</Bdi> })}</p>
          <p className="soft">{t("members.invite_reads")}</p>
        </div>
      )}
      {typeof read === "object" && read.link === "recovery" && <p>{t("members.is_recovery")} <To route="recover" params={{ link: text }}>{t("start.recover")}</To></p>}
      {typeof read === "object" && read.link === "enter" && <p>{t("members.is_enter")} <To route="welcome">{t("members.to_found")}</To></p>}
      <div className="row">
        {isOffer ? (
          <Button look="primary" isPending={isPending} isWriting onPress={() => void becomeSecond()}>{t("members.pair_finish")}</Button>
        ) : (
          <Button look="primary" isPending={isPending} isWriting isDisabled={!isInvite} onPress={() => void join()}>{t("members.join")}</Button>
        )}
        <Button look="quiet" onPress={back}>{t("common.back")}</Button>
      </div>
    </div>
  );
}
