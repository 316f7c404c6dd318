// The way back into a space by its recovery sheet: the sheet's QR code says all; a key that is typed needs to be told where
// the space is, by any invitation to it.

import { useEffect, useState } from "react";
import { back, goInstead } from "../app/router";
import { call } from "../engine/bridge";
import { useSend } from "../engine/edit";
import { refreshStart, useApp } from "../engine/store";
import type { LinkView, SheetRead } from "../engine/types";
import { type Text, useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { CodePicture } from "../parts/CodePicture";
import { TextArea, TextField } from "../parts/fields";
import { toast } from "../parts/toast";
import { Bdi, Heading } from "../parts/words";
import "./members.css";

/** What is wrong with a typed key, by its group; nothing for a whole one. */
export function faultOf({ t, number }: Text, read: SheetRead | null): string | undefined {
  switch (read?.sheet) {
    case "groups": return t("start.sheet_groups", { groups: number(read.groups) });
    case "length": return t("start.sheet_length", { group: number(read.group) });
    case "letter": return t("start.sheet_letter", { group: number(read.group), letter: read.letter });
    case "wrong": return t("start.sheet_wrong", { group: number(read.group) });
    case "several_wrong": return t("start.sheet_several");
    default: return undefined;
  }
}

/** The engine's answer to a text; null while there is none. */
function useRead<Answer>(text: string, ask: (text: string) => Promise<Answer>): Answer | null {
  const [read, setRead] = useState<{ text: string; answer: Answer } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    if (text) void ask(text).then((answer) => isCurrent && setRead({ text, answer }), () => isCurrent && setRead(null));
    return () => {
      isCurrent = false;
    };
  }, [text]);
  return read?.text === text ? read.answer : null;
}

const readLink = (link: string) => call("read_link", { link }).catch((): "unread" => "unread");
const readSheet = (key: string) => call("read_sheet", { key });
const isPlace = (read: LinkView | "unread" | null): read is LinkView => read !== null && read !== "unread" && read.link !== "enter";

export default function Recover({ params }: { params: { link?: string } }) {
  const text = useText();
  const { t, parts } = text;
  const send = useSend();
  const { start } = useApp();
  const [key, setKey] = useState("");
  const [link, setLink] = useState(params.link ?? "");
  const [isLeft, setIsLeft] = useState(false);
  const [isPending, setIsPending] = useState(false);
  const sheet = useRead(key.trim(), readSheet);
  const place = useRead(link.trim(), readLink);
  const isWhole = isPlace(place) && place.link === "recovery";
  const mayTry = isPlace(place) && (isWhole || sheet?.sheet === "whole");
  if (!start?.person) return <><Heading>{t("members.nobody")}</Heading><div className="row"><To route="welcome" className="button primary">{t("members.to_welcome")}</To></div></>;

  const recover = async () => {
    setIsPending(true);
    const space = await send("recover", { key, link: link.trim() });
    setIsPending(false);
    if (!space) return;
    await refreshStart(space.space);
    toast({ text: t("start.recovered") });
    goInstead("today");
  };
  // A key is long: what is missing of it is told once the field is left, and a wrong group as soon as it is there.
  const isHalf = sheet?.sheet === "groups" || sheet?.sheet === "length";
  const fault = isHalf && !isLeft ? undefined : faultOf(text, sheet);
  const linkFault = place === "unread" ? t("start.place_unread") : place?.link === "enter" ? t("start.place_enter") : undefined;
  return (
    <div className="stack">
      <Heading>{t("start.recover")}</Heading>
      <p>{t("start.recover_intro")}</p>
      <CodePicture onFound={setLink} />
      {!isWhole && (
        <TextArea label={t("start.recovery")} hint={t("start.sheet_hint")} isText={false} dir="ltr" rows={3} value={key} error={fault} onBlur={() => setIsLeft(true)}
          onChange={(typed) => {
            setKey(typed);
            setIsLeft(false);
          }} />
      )}
      {!isWhole && sheet?.sheet === "whole" && <p role="status">{t("start.sheet_whole")}</p>}
      <TextField label={t("start.place")} hint={t("start.place_hint")} dir="ltr" inputMode="url" value={link} onChange={setLink} error={linkFault} />
      {isWhole && <p role="status">{t("start.sheet_read")}</p>}
      {isPlace(place) && (
        <div>
          <p>{t("start.recover_at")} <bdi dir="ltr">{place.server}</bdi></p>
          <p className="soft">{parts("members.as", { name: <Bdi>{start.person.name}</Bdi>, organisation: <Bdi>{start.person.organisation}</Bdi> })}</p>
          <p className="soft">{t("start.recover_hint")}</p>
        </div>
      )}
      <div className="row">
        <Button look="primary" isPending={isPending} isWriting isDisabled={!mayTry} onPress={() => void recover()}>{t("start.recover_now")}</Button>
        <Button look="quiet" onPress={back}>{t("common.back")}</Button>
      </div>
    </div>
  );
}
