// Making an invitation: for which role, for how many, for how long; then its link and QR code.

import { useState } from "react";
import { useSend } from "../engine/edit";
import { useApp } from "../engine/store";
import type { NewInvite, Role, SpaceId } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { Segmented } from "../parts/choices";
import { CopyCode } from "../parts/CopyCode";
import { NumberField } from "../parts/fields";
import { Qr } from "../parts/Qr";
import { NotFound } from "../parts/states";
import { Heading } from "../parts/words";
import "./members.css";

const dayMs = 86_400_000;
const roles: Role[] = ["editor", "viewer", "admin"];

export default function Invite({ params }: { params: { space: SpaceId } }) {
  const { t } = useText();
  const send = useSend();
  const { start } = useApp();
  const space = start?.spaces.find((each) => each.space === params.space);
  const [role, setRole] = useState<Role>("editor");
  const [uses, setUses] = useState(10);
  const [days, setDays] = useState("3");
  const [made, setMade] = useState<NewInvite>();
  const [isPending, setIsPending] = useState(false);
  if (!space) return <NotFound />;
  const heading = <Heading>{t("members.invite_title", { title: space.title })}</Heading>;
  if (!space.server) return <>{heading}<p>{t("members.no_server")} <To route="settings">{t("members.to_settings")}</To></p></>;

  const make = async () => {
    setIsPending(true);
    setMade(await send("invite", { space: space.space, role, uses, expires_ms: Date.now() + Number(days) * dayMs }));
    setIsPending(false);
  };
  if (made) {
    return (
      <div className="stack">
        {heading}
        <p>{t("members.scan")}</p>
        <Qr svg={made.svg} label={space.title} />
        <CopyCode code={made.link} label={t("members.copy_link")}>
          <Button icon="print" onPress={() => window.print()}>{t("start.print")}</Button>
          <Button look="quiet" onPress={() => setMade(undefined)}>{t("members.another")}</Button>
        </CopyCode>
      </div>
    );
  }
  return (
    <div className="stack">
      {heading}
      <Segmented label={t("members.role")} hint={t(`members.${role}_hint`)} value={role} onChange={setRole} options={roles.map((id) => ({ id, label: t(`members.${id}`) }))} />
      <NumberField label={t("members.uses")} min={1} max={1000} value={uses} onChange={(value) => setUses(Math.round(value ?? 1))} />
      <Segmented label={t("members.expires")} value={days} onChange={setDays} options={[1, 3, 7, 30].map((count) => ({ id: String(count), label: t("members.days", { count }) }))} />
      <p className="soft">{t("members.invite_reads")}</p>
      <div className="row"><Button look="primary" isWriting isPending={isPending} onPress={() => void make()}>{t("members.make_invite")}</Button></div>
    </div>
  );
}
