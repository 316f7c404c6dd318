// The names of stored fields and the words for their values, for pages that tell of any document.

import type { Plain } from "../../engine/types";
import ar from "../../i18n/looking/ar";
import { type Key, type Text, useText } from "../../i18n/text";
import { recurrences, statuses } from "../plan/rules";

/** A field or collection that a newer app added has no word here. */
function wordFor({ t }: Text, prefix: "field" | "what" | "value", name: string): string | null {
  const key = `${prefix}_${name}`;
  return Object.hasOwn(ar, key) ? (t as (key: Key) => string)(`looking.${key}` as Key) : null;
}

const days = new Set(["starts_on", "ends_on", "invitation_date", "day", "due", "on"]);
const links = new Set(["origin", "head", "rapporteur", "source_note", "source_start", "source_end", "conference", "agenda_item", "carried_by", "depends_on"]);
const isDay = /^\d{4}-\d{2}-\d{2}$/;

export function fieldWords(text: Text) {
  const { t } = text;
  return {
    fieldName: (field: string) => wordFor(text, "field", field) ?? t("looking.field_unknown"),
    /** What an address within a document leads to: its last collection's name. */
    whatIsAt: (at: readonly string[]) => at.length === 0 ? t("looking.what_document") : (wordFor(text, "what", at[at.length - (at.length % 2 ? 1 : 2)]!) ?? t("looking.what_unknown")),
    /** Null for nothing. `named` finds the people that a value names by their id. */
    valueWords(field: string, value: Plain | null, named: (id: string) => string | null = () => null): string | null {
      if (value === null || value === "") return null;
      if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
      if (typeof value === "number") {
        if (field === "progress") return text.percent(value);
        if (field === "ordinal") return text.ordinal(value);
        if (field === "bytes") return text.bytes(value);
        return field === "planned_minutes" ? t("looking.minutes_count", { count: value }) : text.number(value);
      }
      if (days.has(field) && isDay.test(value)) return text.bothDates(value);
      if (field === "starts_at") return text.time(value);
      if (field === "status") return statuses.some((status) => status === value) ? t(`plan.status_${value as (typeof statuses)[number]}`) : value;
      if (field === "recurrence") return recurrences.some((recurrence) => recurrence === value) ? t(`plan.recurrence_${value as (typeof recurrences)[number]}`) : value;
      if (field === "duration") return value === "once" || value === "ongoing" ? t(`plan.duration_${value}`) : value;
      if (field === "attendance" || field === "minutes_state" || field === "kind") return wordFor(text, "value", value) ?? value;
      if (field === "blob") return t("looking.value_file");
      if (links.has(field)) return named(value) ?? t("looking.value_link");
      return value;
    },
  };
}

export function useFieldWords() {
  return fieldWords(useText());
}
