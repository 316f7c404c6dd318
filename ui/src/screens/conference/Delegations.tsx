// The delegations with their members, and who is present.

import { useRef, useState } from "react";
import { edits, newId } from "../../engine/edit";
import type { Attendance, Delegation, Item, Person } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Segmented } from "../../parts/choices";
import { TextField } from "../../parts/fields";
import type { MenuEntry } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Empty } from "../../parts/states";
import { Bdi } from "../../parts/words";
import { present } from "./timetable";
import { allPresent, type Count, countOf, memberAt } from "./attendance";
import { useConference } from "./context";
import { focusFirst, focusOnce, Line, OrganisationBox, OrganisationValue } from "./InPlace";
import { Rivals } from "../looking/Rivals";
import { RowMenu } from "./RowMenu";

const personFields = ["honorific", "name", "post"] as const;
const marks = ["present", "absent", "excused"] as const satisfies Attendance[];
type OneDelegation = Item<Delegation>;

export function Delegations() {
  const { t } = useText();
  const { conference, doUndoably } = useConference();
  const isReadOnly = useIsReadOnly();
  const delegations = present(conference.delegations).map((each) => ({ ...each, members: present(each.members) }));
  const count = countOf(delegations.flatMap(({ members }) => members));
  const { does, undoes } = allPresent(delegations);
  if (delegations.length === 0) {
    return (
      <>
        <Empty title={t("conference.delegations_empty")} hint={isReadOnly ? undefined : t("conference.delegations_empty_hint")} />
        <AddDelegation />
      </>
    );
  }
  return (
    <div className="stack">
      {count.all > 0 && (
        <div className="spread counts">
          <Counted count={count} />
          {does.length > 0 && !isReadOnly && (
            <Button icon="check" isWriting className="not-printed" onPress={() => void doUndoably(t("conference.marked_present", { count: does.length }), does, undoes)}>{t("conference.all_present")}</Button>
          )}
        </div>
      )}
      {delegations.map((delegation) => <OneOfThem key={delegation.id} delegation={delegation} shown={delegations.map(({ id }) => id)} />)}
      <AddDelegation />
    </div>
  );
}

/** The running count, read out when it changes. */
export function Counted({ count }: { count: Count }) {
  const { t } = useText();
  const rest = (["excused", "absent", "unmarked"] as const).filter((mark) => count[mark] > 0);
  return (
    <p role="status" className="counted">
      <strong>{t("conference.count_present", { present: count.present, all: count.all })}</strong>
      {rest.map((mark) => <span key={mark} className="soft">{t(`conference.count_${mark}`, { count: count[mark] })}</span>)}
    </p>
  );
}

function OneOfThem({ delegation, shown }: { delegation: OneDelegation; shown: string[] }) {
  const { t } = useText();
  const { view, conference } = useConference();
  const at = ["delegations", delegation.id];
  const count = countOf(delegation.members);
  return (
    <section className="delegation">
      <header className="spread">
        <h2 className="delegation-name"><OrganisationValue at={at} field="organisation" label={t("conference.organisation")} value={delegation.organisation} /></h2>
        <div className="row">
          {count.all > 0 && <span className="soft numeric">{t("conference.count_short", { present: count.present, all: count.all })}</span>}
          <RowMenu about={delegation.organisation ?? ""} of={["delegations"]} id={delegation.id} all={conference.delegations.map(({ id }) => id)} shown={shown} />
        </div>
      </header>
      {["head", "rapporteur"].map((post) => <Rivals key={post} view={view} at={at} field={post} />)}
      <ul className="ruled">
        {delegation.members.map((member) => <Member key={member.id} member={member} delegation={delegation} />)}
      </ul>
      <AddMember delegation={delegation} />
    </section>
  );
}

function Member({ member, delegation }: { member: Item<Person>; delegation: OneDelegation }) {
  const { t } = useText();
  const { view, conference, change } = useConference();
  const isReadOnly = useIsReadOnly();
  // Names are not pressed by mistake while the hall's attendance is taken.
  const [isWriting, setIsWriting] = useState(false);
  const at = memberAt(delegation.id, member.id);
  const stored = conference.delegations.find(({ id }) => id === delegation.id)!.members;
  const posts = (["head", "rapporteur"] as const).filter((post) => delegation[post] === member.id);
  const appoint = (post: "head" | "rapporteur"): MenuEntry => {
    const isHeld = delegation[post] === member.id;
    const label = isHeld ? t(`conference.not_${post}`) : t(`conference.make_${post}`);
    return { id: post, label, onAction: () => void change(edits.set(["delegations", delegation.id], post, isHeld ? null : member.id)) };
  };
  return (
    <li className="member">
      {isWriting ? (
        <div className="member-words add-form">
          {personFields.map((field) => <Line key={field} label={t(`conference.${field}`)} value={member[field] ?? ""} save={(text) => void change(edits.set(at, field, text || null))} isLabelled />)}
          <div className="row"><Button onPress={() => setIsWriting(false)}>{t("common.done")}</Button></div>
        </div>
      ) : (
        <div className="member-words">
          <p className="member-name">
            <Bdi>{[member.honorific, member.name ?? t("conference.nameless")].filter(Boolean).join(" ")}</Bdi>
            {posts.map((post) => <span key={post} className="member-post small">{t(`conference.${post}`)}</span>)}
          </p>
          {member.post && <p className="small soft"><Bdi>{member.post}</Bdi></p>}
        </div>
      )}
      {isReadOnly ? (
        <span className="soft">{member.attendance ? t(`conference.${member.attendance}`) : ""}</span>
      ) : (
        <Segmented
          label={t("conference.attendance_of", { name: member.name ?? t("conference.nameless") })}
          isLabelHidden
          options={marks.map((id) => ({ id, label: t(`conference.${id}`) }))}
          value={member.attendance}
          onChange={(mark) => void change(edits.set(at, "attendance", mark))}
        />
      )}
      <RowMenu about={member.name ?? ""} of={["delegations", delegation.id, "members"]} id={member.id} all={stored.map(({ id }) => id)} shown={delegation.members.map(({ id }) => id)}
        entries={[
          { id: "write", label: t("conference.edit_member"), icon: "write", onAction: () => setIsWriting(true) }, appoint("head"), appoint("rapporteur"),
          ...(member.attendance ? [{ id: "unmark", label: t("conference.unmark"), onAction: () => void change(edits.set(at, "attendance", null)) }] : []),
        ]} />
      {[...personFields, "attendance"].map((field) => <Rivals key={field} view={view} at={at} field={field} />)}
    </li>
  );
}

function AddMember({ delegation }: { delegation: OneDelegation }) {
  const { t } = useText();
  const { change } = useConference();
  const form = useRef<HTMLFormElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [fields, setFields] = useState({ honorific: "", name: "", post: "" });
  const isReadOnly = useIsReadOnly();
  if (isReadOnly) return null;
  if (!isOpen) return <Button look="quiet" icon="add" isWriting className="not-printed" onPress={() => setIsOpen(true)}>{t("conference.add_member")}</Button>;
  const add = async () => {
    if (!fields.name.trim()) return;
    const id = newId();
    const at = memberAt(delegation.id, id);
    const sets = Object.entries(fields).flatMap(([field, value]) => (value.trim() ? [edits.set(at, field, value.trim())] : []));
    if (!(await change(edits.add(["delegations", delegation.id, "members"], id), ...sets))) return;
    setFields({ honorific: "", name: "", post: "" });
    focusFirst(form.current);
  };
  const field = (name: keyof typeof fields, isFocused = false) => (
    <TextField label={t(`conference.${name}`)} value={fields[name]} onChange={(value) => setFields({ ...fields, [name]: value })} autoFocus={isFocused} />
  );
  return (
    <form ref={form} className="add-form not-printed" onSubmit={(event) => { event.preventDefault(); void add(); }}>
      {field("honorific", true)}
      {field("name")}
      {field("post")}
      <div className="row">
        <Button look="primary" type="submit" isWriting isDisabled={!fields.name.trim()}>{t("common.add")}</Button>
        <Button look="quiet" onPress={() => setIsOpen(false)}>{t("common.done")}</Button>
      </div>
    </form>
  );
}

function AddDelegation() {
  const { t } = useText();
  const { change } = useConference();
  const [isOpen, setIsOpen] = useState(false);
  const [organisation, setOrganisation] = useState("");
  const isReadOnly = useIsReadOnly();
  if (isReadOnly) return null;
  if (!isOpen) return <div className="row not-printed"><Button icon="add" isWriting onPress={() => setIsOpen(true)}>{t("conference.add_delegation")}</Button></div>;
  const add = async () => {
    if (!organisation.trim()) return;
    const id = newId();
    if (!(await change(edits.add(["delegations"], id), edits.set(["delegations", id], "organisation", organisation.trim())))) return;
    setOrganisation("");
    setIsOpen(false);
  };
  return (
    <form className="add-form not-printed" onSubmit={(event) => { event.preventDefault(); void add(); }}>
      <div ref={focusOnce}><OrganisationBox label={t("conference.organisation")} value={organisation} onChange={setOrganisation} /></div>
      <div className="row">
        <Button look="primary" type="submit" isWriting isDisabled={!organisation.trim()}>{t("common.add")}</Button>
        <Button look="quiet" onPress={() => setIsOpen(false)}>{t("common.cancel")}</Button>
      </div>
    </form>
  );
}
