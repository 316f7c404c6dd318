// The words of the interface in the chosen language, with numbers, dates and names written as the settings say.

import { Fragment, createElement, type ReactNode, useMemo } from "react";
import * as dates from "../arabic/dates";
import type { Style } from "../arabic/locale";
import { localeOf } from "../arabic/locale";
import { directionOf } from "../arabic/names";
import * as numbers from "../arabic/numbers";
import { useSettings } from "../engine/store";
import type { DateText, Settings } from "../engine/types";
import { type Areas, ar, en } from "./areas";

/** A sentence, or its plural forms by `{count}`: `other` always, in Arabic all six. */
export type Message = string | ({ other: string } & Partial<Record<numbers.PluralForm, string>>);
export type ArabicPlural = Record<numbers.PluralForm, string>;
export type ArabicArea = Record<string, string | ArabicPlural>;
/** The English of an area: the same keys, and plural forms where the Arabic has them. */
export type English<Area> = { [K in keyof Area]: Area[K] extends string ? string : { one?: string; other: string } };

/** `start.found` names the message `found` of the area `start`. */
export type Key = { [A in keyof Areas]: `${A & string}.${keyof Areas[A] & string}` }[keyof Areas];
type MessageOf<K extends Key> = K extends `${infer A extends keyof Areas & string}.${infer M}` ? (M extends keyof Areas[A] ? Areas[A][M] : never) : never;
type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type ParamsOf<K extends Key> = MessageOf<K> extends infer M ? (M extends string ? Names<M> : "count" | Names<M[keyof M]>) : never;
type Given<K extends Key, Value> = string extends K ? [Record<string, Value>?] : [ParamsOf<K>] extends [never] ? [] : [{ [P in ParamsOf<K>]: Value }];

/** A message with its parameters, of any key; what `useText` gives is the typed face of it. */
function pieces<Value>(settings: Settings, key: string, params: Record<string, Value>): (string | Value)[] {
  const [area, name] = key.split(".") as [keyof Areas, string];
  const message = ((settings.language === "ar" ? ar : en)[area] as Record<string, Message>)[name];
  if (message === undefined) return [key];
  const text = typeof message === "string" ? message : (message[numbers.pluralForm(Number(params["count"]), settings.language)] ?? message.other);
  return text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 ? params[piece]! : piece));
}

/** Letters that run the other way are isolated, so that they do not turn the sentence around them. */
function isolated(text: string, language: Settings["language"]): string {
  const direction = directionOf(text) ?? "ltr";
  const isAlike = direction === (language === "ar" ? "rtl" : "ltr") || !/\S\s|\p{P}|\d/u.test(text);
  return isAlike ? text : `\u2068${text}\u2069`;
}

export function textFor(settings: Settings) {
  const style: Style = settings;
  return {
    language: settings.language,
    dir: settings.language === "ar" ? ("rtl" as const) : ("ltr" as const),
    locale: localeOf(style),
    style,
    /** The message; numbers in it take the chosen digits. */
    t<K extends Key>(key: K, ...given: Given<K, string | number>): string {
      const params = (given[0] ?? {}) as Record<string, string | number>;
      return pieces(settings, key, params)
        .map((piece) => (typeof piece === "number" ? numbers.formatNumber(piece, style) : piece))
        .map((piece, index) => (index % 2 && typeof piece === "string" ? isolated(piece, settings.language) : piece))
        .join("");
    },
    /** The message with elements in it, as names in their chips. */
    parts<K extends Key>(key: K, ...given: Given<K, ReactNode>): ReactNode {
      const params = (given[0] ?? {}) as Record<string, ReactNode>;
      return pieces(settings, key, params).map((piece, index) =>
        createElement(Fragment, { key: index }, typeof piece === "number" ? numbers.formatNumber(piece, style) : piece),
      );
    },
    number: (value: number) => numbers.formatNumber(value, style),
    percent: (value: number) => numbers.formatPercent(value, style),
    bytes: (value: number) => numbers.formatBytes(value, style),
    list: (items: string[]) => numbers.formatList(items, style),
    ordinal: (value: number) => numbers.ordinal(value, style),
    date: (date: DateText, form?: dates.DateForm) => dates.formatDate(date, style, form),
    hijri: (date: DateText) => dates.formatHijri(date, style, settings.hijri_offset_days),
    /** Both calendars, Gregorian first, joined as in letters. A dot between them would read as ٠. */
    bothDates: (date: DateText) =>
      `${dates.formatDate(date, style)}${style.language === "ar" ? " الموافق " : ", "}${dates.formatHijri(date, style, settings.hijri_offset_days)}`,
    time: (time: string) => dates.formatTime(time, style),
    timeOf: (ms: number) => dates.formatTime(dates.timeOf(ms), style),
    relative: (ms: number, nowMs: number = Date.now()) => dates.formatRelative(ms, nowMs, style),
  };
}

export type Text = ReturnType<typeof textFor>;

export function useText(): Text {
  const settings = useSettings();
  return useMemo(() => textFor(settings), [settings]);
}
