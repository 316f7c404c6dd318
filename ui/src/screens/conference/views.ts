// The contents of several documents at once, read anew when one of them changes.

import { useEffect, useMemo, useState } from "react";
import { call } from "../../engine/bridge";
import { useQuery } from "../../engine/query";
import type { Conference, Content, DocumentLine, DocumentName, Item, Kind, Link, Plan, PlanItem, SpaceId, Status } from "../../engine/types";
import { present } from "./timetable";

/** Only the documents that changed last are opened; a delegate has few conferences and plans, and far more notes. */
const openedMax = 40;

export type Opened<C> = { line: DocumentLine; name: DocumentName } & C;
type Read = { key: string; content: Content };
const nothingYet: ReadonlyMap<string, Read> = new Map();

const keyOf = ({ name, last_edit_ms }: DocumentLine) => `${name.space} ${name.document} ${last_edit_ms}`;

function useContents(lines: DocumentLine[] | undefined): { read: ReadonlyMap<string, Read>; isRead: boolean } {
  const wanted = useMemo(() => lines?.filter((line) => !line.is_binned).slice(0, openedMax), [lines]);
  const [read, setRead] = useState(nothingYet);
  const [isRead, setIsRead] = useState(false);
  useEffect(() => {
    if (!wanted) return;
    let isGone = false;
    const ask = async (line: DocumentLine): Promise<[string, Read] | null> => {
      const known = read.get(line.name.document);
      if (known?.key === keyOf(line)) return [line.name.document, known];
      try {
        const { content } = await call("document", { name: line.name, heads: null });
        return [line.name.document, { key: keyOf(line), content }];
      } catch {
        // One that cannot be read is left out here; its own screen says why.
        return null;
      }
    };
    void Promise.all(wanted.map(ask)).then((all) => {
      if (isGone) return;
      setRead(new Map(all.filter((each) => each !== null)));
      setIsRead(true);
    });
    return () => {
      isGone = true;
    };
  }, [wanted]);
  return { read, isRead };
}

function useOpened<C extends Content>(kind: Kind, space: SpaceId | null) {
  const query = useQuery("documents", { space, kind });
  const { read, isRead } = useContents(query.value);
  const all = useMemo(
    () =>
      (query.value ?? []).flatMap((line) => {
        const content = read.get(line.name.document)?.content;
        return content?.kind === kind ? [{ line, name: line.name, content: content as C }] : [];
      }),
    [query.value, read, kind],
  );
  return { query, all, isRead };
}

/** The conferences of a space, or of all where `space` is null. */
export function useConferences(space: SpaceId | null) {
  const { query, all, isRead } = useOpened<{ kind: "conference" } & Conference>("conference", space);
  return { query, isRead, conferences: useMemo(() => all.map(({ content, ...rest }) => ({ ...rest, conference: content as Conference })), [all]) };
}

export type OpenedPlan = { name: DocumentName; line: DocumentLine; plan: Plan };

/** Every plan on this device. */
export function usePlans(): { plans: OpenedPlan[]; isRead: boolean } {
  const { all, isRead } = useOpened<{ kind: "plan" } & Plan>("plan", null);
  return { isRead, plans: useMemo(() => all.map(({ content, ...rest }) => ({ ...rest, plan: content as Plan })), [all]) };
}

/** The plan item that a link names; undefined where its plan is not on this device. */
export function itemOf(plans: OpenedPlan[], link: Link): { plan: OpenedPlan; item: Item<PlanItem> } | undefined {
  const [document, id] = link.split("/");
  const plan = plans.find(({ name }) => name.document === document);
  const item = plan && present(plan.plan.items).find((each) => each.id === id);
  return plan && item && { plan, item };
}

export function statusIn(plans: OpenedPlan[]): (link: Link) => Status | null | undefined {
  return (link) => itemOf(plans, link)?.item.status;
}
