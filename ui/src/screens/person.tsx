// One member: role and devices, and ending their access.

import { useState } from "react";
import { back } from "../app/router";
import { useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useApp } from "../engine/store";
import type { DeviceId, DeviceView, MemberView, Role, SpaceId } from "../engine/types";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { Segmented } from "../parts/choices";
import { ConfirmDialog } from "../parts/overlays";
import { Answer, NotFound } from "../parts/states";
import { toast } from "../parts/toast";
import { Bdi, Heading, Organisation } from "../parts/words";
import "./members.css";

type Asked = { deed: "person" } | { deed: "device"; device: DeviceView };

export default function Person({ params }: { params: { space: SpaceId; member: DeviceId } }) {
  const query = useQuery("members", { space: params.space });
  return (
    <Answer query={query}>
      {({ members, may_decide }) => {
        const member = members.find((each) => each.member === params.member);
        return member ? <Shown space={params.space} member={member} mayDecide={may_decide} /> : <NotFound />;
      }}
    </Answer>
  );
}

function Shown({ space, member, mayDecide }: { space: SpaceId; member: MemberView; mayDecide: boolean }) {
  const { t } = useText();
  const send = useSend();
  const { start } = useApp();
  const title = start?.spaces.find((each) => each.space === space)?.title ?? "";
  const [asked, setAsked] = useState<Asked>();
  const mayEnd = (mayDecide || member.is_me) && !member.is_removed;
  const labelOf = (device: DeviceView) => device.label || t("members.first_device");
  const changeRole = async (role: Role) => {
    if ((await send("change_role", { space, member: member.member, role })) !== undefined) toast({ text: t("members.role_changed") });
  };
  const removePerson = async () => {
    if ((await send("remove_member", { space, member: member.member })) === undefined) return;
    toast({ text: member.is_me ? t("members.left") : t("members.person_removed", { name: member.name }) });
    back();
  };
  const removeDevice = async (device: DeviceView) => {
    if ((await send("remove_device", { space, device: device.device })) !== undefined) toast({ text: t("members.device_removed") });
  };
  const close = () => setAsked(undefined);
  return (
    <>
      <Heading above={<Organisation name={member.organisation} />}>{member.name}</Heading>
      {member.is_removed && <p>{t("members.removed")}</p>}
      <section className="section">
        {mayDecide && !member.is_removed ? (
          <Segmented label={t("members.role")} hint={t(`members.${member.role}_hint`)} value={member.role} onChange={(role) => void changeRole(role)}
            options={(["viewer", "editor", "admin"] as const).map((id) => ({ id, label: t(`members.${id}`) }))} />
        ) : (
          <p>{t("members.role")}: {t(`members.${member.role}`)}</p>
        )}
      </section>
      <section className="section">
        <h2>{t("members.devices", { count: member.devices.length })}</h2>
        <ul className="ruled">
          {member.devices.map((device) => (
            <li key={device.device} className="spread invite">
              <span>
                <Bdi>{labelOf(device)}</Bdi> {device.is_this && <span className="soft">({t("members.this_device")})</span>}
                <br /><bdi className="soft small" dir="ltr">{device.device.slice(0, 8)}</bdi>
              </span>
              {device.is_removed ? <span className="soft">{t("members.removed")}</span> : mayEnd && !device.is_this && (
                <Button look="quiet" isWriting onPress={() => setAsked({ deed: "device", device })}>{t("members.lost")}</Button>
              )}
            </li>
          ))}
        </ul>
      </section>
      {mayEnd && <div className="row"><Button look="danger" isWriting onPress={() => setAsked({ deed: "person" })}>{t(member.is_me ? "members.leave" : "members.remove_person")}</Button></div>}
      <ConfirmDialog isOpen={asked?.deed === "person"} onClose={close} isDangerous onConfirm={removePerson}
        title={member.is_me ? t("members.leave_title", { title }) : t("members.remove_person_title", { name: member.name })} action={t(member.is_me ? "members.leave" : "members.remove_person")}>
        <p>{t(member.is_me ? "members.leave_hint" : "members.remove_person_hint")}</p>
      </ConfirmDialog>
      <ConfirmDialog isOpen={asked?.deed === "device"} onClose={close} isDangerous onConfirm={() => (asked?.deed === "device" ? removeDevice(asked.device) : undefined)}
        title={asked?.deed === "device" ? t("members.lost_title", { label: labelOf(asked.device) }) : ""} action={t("members.remove_device")}>
        <p>{t("members.lost_hint")}</p>
      </ConfirmDialog>
    </>
  );
}
