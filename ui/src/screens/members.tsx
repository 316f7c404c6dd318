// Who is in a space, by organisation; the open invitations; and what waits for an admin's decision.

import { useState } from "react";
import { compareNames } from "../arabic/names";
import { useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useApp, useSpace } from "../engine/store";
import type { HeldView, InviteView, MemberView, SpaceId } from "../engine/types";
import { useText } from "../i18n/text";
import { dayOf } from "../arabic/dates";
import { Button, To } from "../parts/Button";
import { ConfirmDialog } from "../parts/overlays";
import { Answer, Empty, StandingNotice } from "../parts/states";
import { toast } from "../parts/toast";
import { Bdi, Heading, Name, Organisation } from "../parts/words";
import { AddDevice } from "./members/AddDevice";
import "./members.css";

export default function Members({ params }: { params: { space?: SpaceId } }) {
  const { t } = useText();
  const shown = useSpace();
  const { start } = useApp();
  const space = start?.spaces.find((each) => each.space === params.space) ?? shown;
  const query = useQuery("members", space && { space: space.space });
  if (!space) return <Empty title={t("members.none")} />;
  return (
    <>
      <Heading actions={query.value?.may_decide && <To route="invite" params={{ space: space.space }} className="button primary">{t("members.invite")}</To>}>
        {t("members.in_space", { title: space.title })}
      </Heading>
      <StandingNotice space={space} />
      <Answer query={query}>
        {({ members, invites, held, may_decide }) => (
          <>
            {held.length > 0 && <Held space={space.space} held={held} mayDecide={may_decide} />}
            {members.length === 0 ? <Empty title={t("members.none")} hint={t("members.none_hint")} /> : <People space={space.space} members={members} />}
            {space.standing === "member" && <div className="row"><AddDevice /></div>}
            <Invites space={space.space} invites={invites} mayDecide={may_decide} />
          </>
        )}
      </Answer>
    </>
  );
}

function People({ space, members }: { space: SpaceId; members: MemberView[] }) {
  const { t } = useText();
  const organisations = [...new Set(members.map(({ organisation }) => organisation))].toSorted(compareNames);
  return organisations.map((organisation) => (
    <section key={organisation} className="section">
      <h2><Organisation name={organisation} /></h2>
      <ul className="ruled">
        {members.filter((member) => member.organisation === organisation).toSorted((one, other) => compareNames(one.name, other.name)).map((member) => (
          <li key={member.member}>
            <To route="person" params={{ space, member: member.member }} className="line">
              <span className="spread">
                <span><Bdi>{member.name}</Bdi> {member.is_me && <span className="soft">({t("common.you")})</span>}</span>
                <span className="soft small">{member.is_removed ? t("members.removed") : t(`members.${member.role}`)} · {t("members.devices", { count: member.devices.filter((device) => !device.is_removed).length })}</span>
              </span>
            </To>
          </li>
        ))}
      </ul>
    </section>
  ));
}

function Held({ space, held, mayDecide }: { space: SpaceId; held: HeldView[]; mayDecide: boolean }) {
  const { t } = useText();
  const send = useSend();
  const [refused, setRefused] = useState<HeldView[]>();
  // What one person sent is decided together: parts of it build on each other.
  const byPerson = new Map<string, HeldView[]>();
  for (const one of held) {
    const person = one.by.member ?? one.by.device ?? "";
    byPerson.set(person, [...(byPerson.get(person) ?? []), one]);
  }
  const decide = async (some: HeldView[], admit: boolean) => {
    const envelopes = some.map(({ envelope }) => envelope);
    if ((await send("decide", { space, envelopes, admit })) !== undefined) toast({ text: t(admit ? "members.admitted" : "members.refused") });
  };
  return (
    <section className="section">
      <h2>{t("members.held")}</h2>
      <p className="soft">{t("members.held_hint")}</p>
      <ul className="ruled">
        {[...byPerson].map(([person, some]) => (
          <li key={person} className="stack held">
            <div className="spread">
              <Name who={some[0]!.by} />
              {mayDecide && (
                <div className="row">
                  <Button isWriting onPress={() => void decide(some, true)}>{t("members.admit")}</Button>
                  <Button look="quiet" isWriting onPress={() => setRefused(some)}>{t("members.refuse")}</Button>
                </div>
              )}
            </div>
            <ul className="soft small">
              {some.map(({ envelope, document, title, reason }) => (
                <li key={envelope}><Bdi>{title || t(document ? "members.a_document" : "members.membership")}</Bdi>{reason && <> · {t(`members.reason_${reason}`)}</>}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      <ConfirmDialog title={t("members.refuse_title")} isOpen={refused !== undefined} onClose={() => setRefused(undefined)} action={t("members.refuse")} isDangerous
        onConfirm={() => decide(refused ?? [], false)}>
        <p>{t("members.refuse_hint")}</p>
      </ConfirmDialog>
    </section>
  );
}

function Invites({ space, invites, mayDecide }: { space: SpaceId; invites: InviteView[]; mayDecide: boolean }) {
  const { t, parts, date } = useText();
  const send = useSend();
  const [revoked, setRevoked] = useState<InviteView>();
  const open = invites.filter(({ is_revoked, uses_left, expires_ms }) => !is_revoked && uses_left > 0 && expires_ms > Date.now());
  if (open.length === 0) return null;
  return (
    <section className="section">
      <h2>{t("members.invites")}</h2>
      <ul className="ruled">
        {open.map((invite) => (
          <li key={invite.key} className="spread invite">
            <span>
              {t(`members.${invite.role}`)} · {t("members.uses_left", { count: invite.uses_left })} · {t("members.until", { date: date(dayOf(invite.expires_ms)) })}
              <br /><span className="soft small">{parts("members.by", { name: <Name who={invite.issuer} /> })}</span>
            </span>
            {mayDecide && <Button look="quiet" isWriting onPress={() => setRevoked(invite)}>{t("members.revoke")}</Button>}
          </li>
        ))}
      </ul>
      <ConfirmDialog title={t("members.revoke")} isOpen={revoked !== undefined} onClose={() => setRevoked(undefined)} action={t("members.revoke")} isDangerous
        onConfirm={async () => {
          if (revoked && (await send("revoke_invite", { space, key: revoked.key })) !== undefined) toast({ text: t("members.revoked") });
        }}>
        <p>{t("members.revoke_hint")}</p>
      </ConfirmDialog>
    </section>
  );
}
