// Values that read as a letter and are written where they stand: pressed, they become a field, and left, they are saved.

import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { edits } from "../../engine/edit";
import { useApp } from "../../engine/store";
import type { Hash, Plain } from "../../engine/types";
import { useText } from "../../i18n/text";
import { OrganisationMark } from "../../look/OrganisationMark";
import { ComboBox, Select } from "../../parts/choices";
import { DocumentText } from "../../parts/DocumentText";
import { DateField, NumberField, TextField, TimeField } from "../../parts/fields";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Bdi, Organisation, Written } from "../../parts/words";
import { Rivals } from "../looking/Rivals";
import { useConference } from "./context";
import { present } from "./timetable";

type InPlaceProps = {
  label: string; shown: ReactNode | null;
  /** What stands there while nothing was said; nothing at all where it cannot be written. */
  empty: string; className?: string | undefined;
  children: (opened: Opened) => ReactNode;
};

/** A field that was opened: what it shows is of the version `heads`, until it is stored. */
export type Opened = { heads: Hash[]; done: () => void };

/** Reads as words; pressed, it shows the field that `children` gives. */
export function InPlace({ label, shown, empty, className = "", children }: InPlaceProps) {
  const isReadOnly = useIsReadOnly();
  const { view } = useConference();
  const [opened, setOpened] = useState<Opened | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  if (isReadOnly) return shown === null ? null : <span className={className}>{shown}</span>;
  const done = () => {
    setOpened(null);
    // Once the button is back, so that the keyboard goes on from here.
    setTimeout(() => document.activeElement === document.body && button.current?.focus(), 0);
  };
  if (!opened) {
    return (
      <AriaButton ref={button} className={`in-place ${shown === null ? "of-nothing" : ""} ${className}`} onPress={() => setOpened({ heads: view.heads, done })}>
        <span className="only-heard">{label}: </span>
        {shown ?? empty}
      </AriaButton>
    );
  }
  return (
    <div
      className={`in-place-field ${className}`}
      onBlur={(event) => {
        const to = event.relatedTarget as Element | null;
        // A calendar or a list of proposals hangs elsewhere in the page, yet belongs to the field.
        if (!event.currentTarget.contains(to) && !to?.closest(".popover")) setOpened(null);
      }}
      onKeyDown={(event) => {
        // Enter begins a new line where there are several.
        const isDone = event.key === "Escape" || (event.key === "Enter" && !(event.target instanceof HTMLTextAreaElement));
        if (isDone && !event.defaultPrevented) setTimeout(done, 0);
      }}
    >
      {children(opened)}
    </div>
  );
}

type ValueProps<Value> = {
  at: string[]; field: string; label: string; value: Value | null; empty?: string; className?: string;
  /** How it reads, where that is more than the value itself. */
  shown?: ReactNode;
};

function useSetting(at: string[], field: string) {
  const { view, changeFrom } = useConference();
  const set = async (opened: Opened, value: Plain | null) => {
    const heads = await changeFrom(opened.heads, edits.set(at, field, value));
    if (heads) opened.heads = heads;
  };
  return { view, set };
}

/** Focuses the field that was just opened, whose part has no way to ask for it. */
export function focusOnce(element: HTMLElement | null) {
  if (element && !element.contains(document.activeElement)) element.querySelector<HTMLElement>("input, button")?.focus();
}

/** Back to the first line of a form that stays open for the next entry. */
export function focusFirst(form: HTMLElement | null) {
  form?.querySelector<HTMLElement>(".field-line .input")?.focus();
}

/** One line of words. */
export function TextValue({ at, field, label, value, empty, className, shown }: ValueProps<string>) {
  const { view, set } = useSetting(at, field);
  return (
    <>
      <InPlace label={label} shown={value === null ? null : (shown || <Bdi>{value}</Bdi>)} empty={empty ?? label} className={className}>
        {(opened) => <Line label={label} value={value ?? ""} save={(text) => void set(opened, text || null)} />}
      </InPlace>
      <Rivals view={view} at={at} field={field} />
    </>
  );
}

/** Saved when it is left, by whatever way, and not while it is typed: half a name is no name. Escape leaves it as it was. */
function useLine(value: string, save: (text: string) => void) {
  const [draft, setDraft] = useState(value);
  const state = useRef({ draft, saved: value, save });
  state.current = { ...state.current, draft, save };
  const leave = () => {
    const { draft: text, saved } = state.current;
    if (text.trim() === saved.trim()) return;
    state.current.saved = text;
    state.current.save(text.trim());
  };
  useEffect(() => leave, []);
  const onKeyDown = (event: KeyboardEvent) => {
    // While proposals are open, Enter takes one of them and the writing goes on.
    if (event.key === "Enter" && (event.target as Element).getAttribute("aria-expanded") !== "true") leave();
    if (event.key === "Escape") state.current.saved = state.current.draft;
  };
  return { draft, setDraft, leave, onKeyDown };
}

/** A field alone; `isLabelled` where it stands in a form rather than in place of its words. */
export function Line({ label, value, save, isLabelled = false }: { label: string; value: string; save: (text: string) => void; isLabelled?: boolean }) {
  const { draft, setDraft, leave, onKeyDown } = useLine(value, save);
  return (
    <div onKeyDown={onKeyDown}>
      <TextField label={label} isLabelHidden={!isLabelled} autoFocus={!isLabelled} value={draft} onChange={setDraft} onBlur={leave} />
    </div>
  );
}

/** The organisations that the space and the conference know. */
export function useOrganisations(): string[] {
  const { name, conference } = useConference();
  const { start } = useApp();
  const space = start?.spaces.find((each) => each.space === name.space);
  const known = [conference.host, ...present(conference.delegations).map(({ organisation }) => organisation), ...(space?.organisations ?? [])];
  return [...new Set(known.filter((name): name is string => Boolean(name)))];
}

/** An organisation, chosen from those known or typed. */
export function OrganisationValue(props: ValueProps<string>) {
  return <ProposedValue {...props} shown={props.value !== null && <Organisation name={props.value} />} box={(field) => <OrganisationBox {...field} />} />;
}

/** A name, chosen from those proposed or typed. */
export function NamedValue({ names, ...props }: ValueProps<string> & { names: readonly string[] }) {
  return <ProposedValue {...props} box={(field) => <ComboBox {...field} options={names.map((name) => ({ id: name, label: name }))} />} />;
}

type BoxProps = { label: string; isLabelHidden?: boolean; value: string; onChange: (text: string) => void };

function ProposedValue({ at, field, label, value, empty, className, shown, box }: ValueProps<string> & { box: (props: BoxProps) => ReactNode }) {
  const { view, set } = useSetting(at, field);
  return (
    <>
      <InPlace label={label} shown={value === null ? null : (shown || <Bdi>{value}</Bdi>)} empty={empty ?? label} className={className}>
        {(opened) => <ProposedField label={label} value={value ?? ""} save={(text) => void set(opened, text || null)} box={box} />}
      </InPlace>
      <Rivals view={view} at={at} field={field} />
    </>
  );
}

function ProposedField({ label, value, save, box }: { label: string; value: string; save: (text: string) => void; box: (props: BoxProps) => ReactNode }) {
  const { draft, setDraft, leave, onKeyDown } = useLine(value, save);
  return (
    <div ref={focusOnce} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && leave()} onKeyDown={onKeyDown}>
      {box({ label, isLabelHidden: true, value: draft, onChange: setDraft })}
    </div>
  );
}

/** The box alone, for forms. */
export function OrganisationBox(props: BoxProps) {
  return <ComboBox {...props} options={useOrganisations().map((name) => ({ id: name, label: name, mark: <OrganisationMark name={name} /> }))} />;
}

export function NumberValue({ at, field, label, value, empty, className, shown, min = 1, max = 100_000 }: ValueProps<number> & { min?: number; max?: number }) {
  const { number } = useText();
  const { view, set } = useSetting(at, field);
  const rounded = (given: number | null) => (given === null ? null : Math.round(given));
  return (
    <>
      <InPlace label={label} shown={value === null ? null : (shown || number(value))} empty={empty ?? label} className={className}>
        {(opened) => <NumberField label={label} isLabelHidden autoFocus value={value} onChange={(given) => void set(opened, rounded(given))} min={min} max={max} />}
      </InPlace>
      <Rivals view={view} at={at} field={field} />
    </>
  );
}

export function DateValue({ at, field, label, value, empty, className, shown }: ValueProps<string>) {
  const { date } = useText();
  const { view, set } = useSetting(at, field);
  return (
    <>
      <InPlace label={label} shown={value === null ? null : (shown || date(value))} empty={empty ?? label} className={className}>
        {(opened) => <DateField label={label} isLabelHidden autoFocus value={value} onChange={(given) => void set(opened, given)} />}
      </InPlace>
      <Rivals view={view} at={at} field={field} />
    </>
  );
}

export function TimeValue({ at, field, label, value, empty, className }: ValueProps<string>) {
  const { time } = useText();
  const { view, set } = useSetting(at, field);
  return (
    <>
      <InPlace label={label} shown={value === null ? null : time(value)} empty={empty ?? label} className={className}>
        {(opened) => <TimeField label={label} isLabelHidden autoFocus value={value} onChange={(given) => void set(opened, given)} />}
      </InPlace>
      <Rivals view={view} at={at} field={field} />
    </>
  );
}

export function ChoiceValue<Id extends string>({ at, field, label, value, empty, className, options }: ValueProps<Id> & { options: { id: Id; label: string }[] }) {
  const { view, set } = useSetting(at, field);
  const labelOf = (id: Plain) => options.find((option) => option.id === id)?.label ?? String(id);
  return (
    <>
      <InPlace label={label} shown={value === null ? null : labelOf(value)} empty={empty ?? label} className={className}>
        {(opened) => (
          <div ref={focusOnce}>
            <Select label={label} isLabelHidden options={options} value={value} onChange={(id) => { void set(opened, id); opened.done(); }} />
          </div>
        )}
      </InPlace>
      <Rivals view={view} at={at} field={field} />
    </>
  );
}

type WordsProps = { at: string[]; field: string; label: string; value: string; empty?: string; rows?: number; hint?: ReactNode; isLabelHidden?: boolean };

/** Words of several lines that read as the document's text until they are pressed. */
export function WordsInPlace({ value, empty, ...props }: WordsProps) {
  const { view } = useConference();
  return (
    <InPlace label={props.label} shown={value ? <span className="words-text" dir="auto"><Written text={value} /></span> : null} empty={empty ?? props.label} className="text">
      {() => <DocumentText {...props} view={view} isLabelHidden autoFocus />}
    </InPlace>
  );
}

/** Words of several lines that are always a field, where writing is what one comes for. */
export function WordsArea({ value, empty: _, ...props }: WordsProps) {
  const { view } = useConference();
  const isReadOnly = useIsReadOnly();
  // What stands in a field that closes under one's hands may not be stored yet: it stays to be read and copied.
  const wasOpen = useRef(!isReadOnly);
  wasOpen.current ||= !isReadOnly;
  if (!wasOpen.current) return value ? <p className="text" dir="auto"><Written text={value} /></p> : null;
  return <DocumentText {...props} view={view} />;
}
