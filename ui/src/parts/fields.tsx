// Fields that take text, numbers, dates and times in whatever digits are typed.

import { parseDate as parseIso } from "@internationalized/date";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import {
  Button as AriaButton, Calendar, CalendarCell, CalendarGrid, CalendarGridBody, CalendarGridHeader, CalendarHeaderCell, Dialog as AriaDialog, DialogTrigger,
  FieldError, Heading as AriaHeading, Input, Label, Popover, Text, TextArea as AriaTextArea, TextField as AriaTextField,
} from "react-aria-components";
import { parseDate, parseTime } from "../arabic/dates";
import { inDigits, parseNumber } from "../arabic/digits";
import { digitsOf } from "../arabic/locale";
import { dirOf } from "../arabic/names";
import { useSettings } from "../engine/store";
import type { DateText } from "../engine/types";
import { useText } from "../i18n/text";
import { Icon } from "./Icon";
import { useIsReadOnly } from "./ReadOnly";

export type FieldProps = { label: string; hint?: ReactNode; error?: string | undefined; isRequired?: boolean; isLabelHidden?: boolean; autoFocus?: boolean };
type TextFieldProps = FieldProps & {
  value: string; onChange: (value: string) => void; onBlur?: () => void; placeholder?: string;
  /** Addresses, links and codes run left to right, numbers with the screen; other text by its own first letter. */
  dir?: "auto" | "ltr" | "inherit"; inputMode?: "text" | "numeric" | "decimal" | "url"; autoComplete?: string; after?: ReactNode;
  type?: "text" | "password";
};

export function TextField({ label, hint, error, isLabelHidden, dir = "auto", inputMode, placeholder, after, autoComplete = "off", ...rest }: TextFieldProps) {
  const isReadOnly = useIsReadOnly();
  return (
    <AriaTextField {...rest} className="field" isInvalid={error !== undefined} isReadOnly={isReadOnly} autoComplete={autoComplete} {...(isLabelHidden ? { "aria-label": label } : {})}>
      {!isLabelHidden && <Label>{label}</Label>}
      <div className="field-line">
        <Input className="input" dir={dir === "auto" ? dirOf(rest.value) : dir === "ltr" ? dir : undefined} {...(inputMode ? { inputMode } : {})} {...(placeholder ? { placeholder } : {})} />
        {after}
      </div>
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <FieldError className="error">{error}</FieldError>
    </AriaTextField>
  );
}

/** Grows with its text. */
export function TextArea({ label, hint, error, isLabelHidden, isText = true, rows = 2, dir, ...rest }: FieldProps & {
  value: string; onChange: (value: string) => void; onBlur?: () => void; rows?: number;
  /** Of a code; other text runs by its own first letter. */
  dir?: "ltr";
  /** Set as a document's words, in Naskh. */
  isText?: boolean;
}) {
  const isReadOnly = useIsReadOnly();
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    // For a moment the page is shorter than it is scrolled, and would stay scrolled to that.
    const pane = element.closest<HTMLElement>(".pane, .bare, .dialog, .sheet");
    const scroll = pane?.scrollTop ?? 0;
    element.style.blockSize = "auto";
    element.style.blockSize = `${element.scrollHeight + 2}px`;
    if (pane) pane.scrollTop = scroll;
  }, [rest.value]);
  return (
    <AriaTextField {...rest} className="field" isInvalid={error !== undefined} isReadOnly={isReadOnly} {...(isLabelHidden ? { "aria-label": label } : {})}>
      {!isLabelHidden && <Label>{label}</Label>}
      <AriaTextArea ref={area} dir={dir ?? dirOf(rest.value)} rows={rows} className={isText ? "input text" : "input"} />
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <FieldError className="error">{error}</FieldError>
    </AriaTextField>
  );
}

/** A field whose text is read when it is left: what cannot be read stays, with words about it. */
function Read<Value>({ value, onChange, read, show, unread, ...rest }: FieldProps & {
  value: Value | null; onChange: (value: Value | null) => void; read: (text: string) => Value | null; show: (value: Value) => string;
  unread: string; inputMode?: "numeric" | "decimal" | "text"; placeholder?: string; after?: ReactNode;
}) {
  const shown = value === null ? "" : show(value);
  const [draft, setDraft] = useState<string | null>(null);
  const [isUnread, setIsUnread] = useState(false);
  const leave = () => {
    if (draft === null) return;
    const next = draft.trim() === "" ? null : read(draft);
    setIsUnread(next === null && draft.trim() !== "");
    if (next === null && draft.trim() !== "") return;
    setDraft(null);
    if (next !== value) onChange(next);
  };
  return (
    <div onKeyDown={(event) => event.key === "Enter" && leave()}>
      <TextField {...rest} dir="inherit" error={rest.error ?? (isUnread ? unread : undefined)} value={draft ?? shown} onChange={setDraft} onBlur={leave} />
    </div>
  );
}

export function NumberField({ min = -Infinity, max = Infinity, ...rest }: FieldProps & {
  value: number | null; onChange: (value: number | null) => void; min?: number; max?: number;
}) {
  const { t, style } = useText();
  const read = (text: string) => {
    const number = parseNumber(text);
    return number === null || number < min || number > max ? null : number;
  };
  return <Read {...rest} read={read} show={(value) => inDigits(String(value), digitsOf(style))} unread={t("common.number_unread")} inputMode="decimal" />;
}

export function TimeField(props: FieldProps & { value: string | null; onChange: (value: string | null) => void }) {
  const { t, time } = useText();
  return <Read {...props} read={parseTime} show={time} unread={t("common.time_unread")} inputMode="text" />;
}

const firstDays = { saturday: "sat", sunday: "sun", monday: "mon" } as const;

/** A date to type in any digits or pick from a calendar; the Hijri day stands under it. */
export function DateField({ hint, ...rest }: FieldProps & { value: DateText | null; onChange: (value: DateText | null) => void }) {
  const { t, date, hijri } = useText();
  const settings = useSettings();
  const isReadOnly = useIsReadOnly();
  const [isOpen, setIsOpen] = useState(false);
  const picker = (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <AriaButton slot={null} className="button quiet of-icon" aria-label={t("common.open_calendar")} isDisabled={isReadOnly}>
        <Icon name="day" />
      </AriaButton>
      <Popover className="popover">
        <AriaDialog aria-label={rest.label} className="popover-dialog">
          <Calendar
            aria-label={rest.label}
            firstDayOfWeek={firstDays[settings.week_starts_on]}
            value={rest.value ? parseIso(rest.value) : null}
            onChange={(day) => {
              rest.onChange(day.toString());
              setIsOpen(false);
            }}
          >
            <header className="spread">
              <AriaButton slot="previous" className="button quiet of-icon"><Icon name="previous" /></AriaButton>
              <AriaHeading className="calendar-month" />
              <AriaButton slot="next" className="button quiet of-icon"><Icon name="next" /></AriaButton>
            </header>
            <CalendarGrid className="calendar" weekdayStyle="short">
              <CalendarGridHeader>{(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}</CalendarGridHeader>
              <CalendarGridBody>{(day) => <CalendarCell date={day} className="calendar-day" />}</CalendarGridBody>
            </CalendarGrid>
          </Calendar>
        </AriaDialog>
      </Popover>
    </DialogTrigger>
  );
  return (
    <Read {...rest} read={parseDate} show={(value) => date(value)} unread={t("common.date_unread")} placeholder={t("common.date_hint")}
      hint={hint ?? (rest.value ? hijri(rest.value) : undefined)} after={picker} />
  );
}
