// How the app looks and writes, who one is, where notes go, and taking one's data along.

import { useState } from "react";
import { mayWriteIn, useNoteSpace } from "../app/write";
import { dayOf } from "../arabic/dates";
import { callRaw, type Failure } from "../engine/bridge";
import { useSend } from "../engine/edit";
import { refreshSpaces, savePerson, saveSettings, useApp, useSettings, useSpace } from "../engine/store";
import type { Settings as SettingsValue } from "../engine/types";
import { useText } from "../i18n/text";
import { OrganisationMark } from "../look/OrganisationMark";
import { Button, To } from "../parts/Button";
import { Segmented, Select } from "../parts/choices";
import { NumberField, TextField } from "../parts/fields";
import { ConfirmDialog, Dialog } from "../parts/overlays";
import { toast } from "../parts/toast";
import { Bdi, Heading } from "../parts/words";
import { AddDevice } from "./members/AddDevice";
import { type OwnDevice, useOwnDevices } from "./members/ownDevices";
import { ProtectionSection } from "./settings/Protection";
import "./members.css";

export default function Settings() {
  const { t } = useText();
  const { start } = useApp();
  return (
    <>
      <Heading>{t("common.settings")}</Heading>
      <AppearanceSection />
      <WritingSection />
      <PersonSection />
      <DevicesSection />
      <ProtectionSection />
      <SpaceSection />
      <DataSection />
      <p className="soft small">{t("start.version", { version: start?.version ?? "" })}</p>
    </>
  );
}

/** Tells in a notice when settings could not be stored. */
function useSave() {
  const { t } = useText();
  return (part: Partial<SettingsValue>) => {
    saveSettings(part).catch((cause: Failure) => toast({ text: t(`common.failure_${cause.code}`), isFailure: true }));
  };
}

function AppearanceSection() {
  const { t } = useText();
  const settings = useSettings();
  const save = useSave();
  return (
    <section className="section">
      <h2>{t("start.appearance")}</h2>
      <div className="stack">
        <Segmented label={t("start.language")} value={settings.language} onChange={(language) => save({ language })} options={[{ id: "ar", label: "العربية" }, { id: "en", label: "English" }]} />
        <Segmented label={t("start.appearance")} value={settings.appearance} onChange={(appearance) => save({ appearance })}
          options={(["system", "light", "dark"] as const).map((id) => ({ id, label: t(`start.${id}`) }))} />
        <Segmented label={t("start.text_size")} value={settings.text_size} onChange={(text_size) => save({ text_size })}
          options={(["small", "normal", "large", "larger"] as const).map((id) => ({ id, label: t(`start.${id}`) }))} />
      </div>
    </section>
  );
}

function WritingSection() {
  const { t, bothDates } = useText();
  const settings = useSettings();
  const save = useSave();
  return (
    <section className="section">
      <h2>{t("start.writing")}</h2>
      <div className="stack">
        <p className="text">{t("start.sample", { date: bothDates(dayOf(Date.now())) })}</p>
        <Segmented label={t("start.digits")} value={settings.digits} onChange={(digits) => save({ digits })} options={(["arab", "latn"] as const).map((id) => ({ id, label: t(`start.${id}`) }))} />
        <Segmented label={t("start.months")} value={settings.months} onChange={(months) => save({ months })} options={(["iraqi", "common"] as const).map((id) => ({ id, label: t(`start.${id}`) }))} />
        <Segmented label={t("start.week_start")} value={settings.week_starts_on} onChange={(week_starts_on) => save({ week_starts_on })}
          options={(["saturday", "sunday", "monday"] as const).map((id) => ({ id, label: t(`start.${id}`) }))} />
        <NumberField label={t("start.hijri")} hint={t("start.hijri_hint")} min={-3} max={3} value={settings.hijri_offset_days} onChange={(days) => save({ hijri_offset_days: Math.round(days ?? 0) })} />
      </div>
    </section>
  );
}

function PersonSection() {
  const { t } = useText();
  const { start } = useApp();
  const [name, setName] = useState(start?.person?.name ?? "");
  const [organisation, setOrganisation] = useState(start?.person?.organisation ?? "");
  const isChanged = name.trim() !== start?.person?.name || organisation.trim() !== start?.person?.organisation;
  const save = async () => {
    try {
      await savePerson(name.trim(), organisation.trim());
      toast({ text: t("start.person_saved") });
    } catch (cause) {
      toast({ text: t(`common.failure_${(cause as Failure).code}`), isFailure: true });
    }
  };
  return (
    <section className="section">
      <h2>{t("start.person")}</h2>
      <div className="stack">
        <TextField label={t("start.your_name")} value={name} onChange={setName} error={name.trim() ? undefined : t("start.name_needed")} />
        <TextField label={t("start.your_organisation")} value={organisation} onChange={setOrganisation} error={organisation.trim() ? undefined : t("start.organisation_needed")} />
        {isChanged && <div className="row"><Button look="primary" isWriting isDisabled={!name.trim() || !organisation.trim()} onPress={() => void save()}>{t("common.save")}</Button></div>}
      </div>
    </section>
  );
}

/** From every screen a lost device is four taps away: the space's menu, this page, the device, the deed. */
function DevicesSection() {
  const { t } = useText();
  const send = useSend();
  const devices = useOwnDevices();
  const [lost, setLost] = useState<OwnDevice>();
  const labelOf = ({ label }: OwnDevice) => label || t("members.first_device");
  const remove = async ({ device, spaces }: OwnDevice) => {
    const removed = await Promise.all(spaces.map((space) => send("remove_device", { space, device })));
    if (!removed.includes(undefined)) toast({ text: t("members.device_removed") });
  };
  return (
    <section className="section">
      <h2>{t("start.devices")}</h2>
      <div className="stack">
        <ul className="ruled">
          {devices.map((device) => (
            <li key={device.device} className="spread invite">
              <span>
                <Bdi>{labelOf(device)}</Bdi> {device.is_this && <span className="soft">({t("members.this_device")})</span>}
                <br /><bdi className="soft small" dir="ltr">{device.device.slice(0, 8)}</bdi>
              </span>
              {!device.is_this && <Button look="quiet" isWriting onPress={() => setLost(device)}>{t("members.lost")}</Button>}
            </li>
          ))}
        </ul>
        <div className="row"><AddDevice /></div>
      </div>
      <ConfirmDialog isOpen={lost !== undefined} onClose={() => setLost(undefined)} isDangerous title={lost ? t("members.lost_title", { label: labelOf(lost) }) : ""}
        action={t("members.remove_device")} onConfirm={() => (lost ? remove(lost) : undefined)}>
        <p>{t("members.lost_hint")}</p>
      </ConfirmDialog>
    </section>
  );
}

function SpaceSection() {
  const { t } = useText();
  const { start } = useApp();
  const home = useNoteSpace();
  const space = useSpace();
  const save = useSave();
  const send = useSend();
  const [isConnecting, setIsConnecting] = useState(false);
  const [link, setLink] = useState("");
  if (!start || !space) return null;
  const connect = async () => {
    if ((await send("set_server", { space: space.space, enter_link: link.trim() })) === undefined) return;
    await refreshSpaces();
    toast({ text: t("start.connected") });
    setIsConnecting(false);
  };
  return (
    <section className="section">
      <h2>{t("start.space")}</h2>
      <div className="stack">
        <Select label={t("start.home_space")} hint={t("start.home_space_hint")} value={home?.space ?? null} onChange={(home_space) => save({ home_space })}
          options={start.spaces.filter(mayWriteIn).map(({ space: id, title }) => ({ id, label: title, mark: <OrganisationMark name={title} /> }))} />
        <div>
          <p className="small soft">{t("start.server")} · <Bdi>{space.title}</Bdi></p>
          {space.server ? <p><bdi dir="ltr">{space.server}</bdi></p> : <p>{t("start.server_none")}</p>}
        </div>
        {!space.server && <div className="row"><Button isWriting onPress={() => setIsConnecting(true)}>{t("start.connect")}</Button></div>}
        <Dialog title={t("start.connect")} isOpen={isConnecting} onClose={() => setIsConnecting(false)}
          actions={<Button look="primary" isWriting isDisabled={!link.trim()} onPress={() => void connect()}>{t("start.connect")}</Button>}>
          <TextField label={t("start.enter_link")} hint={t("start.enter_link_hint")} dir="ltr" inputMode="url" value={link} onChange={setLink} autoFocus />
        </Dialog>
      </div>
    </section>
  );
}

/** Hands bytes to the browser as a file; in the window the host asks where to save it. */
function saveFile(bytes: Uint8Array, name: string) {
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/zip" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function DataSection() {
  const { t } = useText();
  const [isPending, setIsPending] = useState(false);
  const exportAll = async () => {
    setIsPending(true);
    try {
      const bytes = await callRaw("export", {});
      if (bytes?.length) saveFile(bytes, `multaqa-${dayOf(Date.now())}.zip`);
      toast({ text: t("start.exported") });
    } catch (cause) {
      toast({ text: t(`common.failure_${(cause as Failure).code}`), isFailure: true });
    }
    setIsPending(false);
  };
  return (
    <section className="section">
      <h2>{t("start.data")}</h2>
      <div className="stack">
        <p className="soft">{t("start.export_hint")}</p>
        <div className="row">
          <Button icon="export" isPending={isPending} onPress={() => void exportAll()}>{t("start.export")}</Button>
          <To route="members" className="button plain">{t("common.members")}</To>
          <To route="recover" className="button plain">{t("start.recover")}</To>
        </div>
      </div>
    </section>
  );
}
