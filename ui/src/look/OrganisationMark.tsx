// Each organisation's mark: a shape and a colour that follow from its name and those beside it, the same on every device.

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { sortKey } from "../arabic/names";
import { useSpace } from "../engine/store";

/** Dark enough on light paper and light enough on dark paper: each at least 3:1 against both. */
const colours = ["#2f7d63", "#a8483f", "#4a70a8", "#94701f", "#7f5a9c", "#2e7f8c", "#a3587c", "#6d7a31"];

/** Paths in a box of 24 by 24. */
const shapes = [
  "M12 2a10 10 0 1 0 0 20a10 10 0 0 0 0-20z",
  "M3 3h18v18H3z",
  "M12 1l11 11-11 11L1 12z",
  "M12 2l11 20H1z",
  "M7 2h10l6 10-6 10H7L1 12z",
  "M12 0l3.5 3.5h5v5L24 12l-3.5 3.5v5h-5L12 24l-3.5-3.5h-5v-5L0 12l3.5-3.5v-5h5z",
  "M3 22V11a9 9 0 0 1 18 0v11z",
  "M8 2h8v6h6v8h-6v6H8v-6H2V8h6z",
];

/** FNV-1a; any even spread would do, but it must never change, or marks would. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Which colour and shape: the one that a name leads to, or the next that is free. */
type Slots = ReadonlyMap<string, number>;
const slotCount = colours.length * shapes.length;

function freeSlot(key: string, taken: ReadonlySet<number>): number {
  const wanted = spread(key) % slotCount;
  for (let step = 0; step < slotCount; step += 1) if (!taken.has((wanted + step) % slotCount)) return (wanted + step) % slotCount;
  return wanted;
}

/** Gives names marks of their own, in an order that every device finds; those that have one keep it. */
export function handOut(names: readonly string[], before: Slots = new Map()): Slots {
  const slots = new Map(before);
  for (const key of [...new Set(names.map(sortKey))].toSorted()) if (key && !slots.has(key)) slots.set(key, freeSlot(key, new Set(slots.values())));
  return slots;
}

export function markOf(name: string, slots: Slots): { colour: string; shape: number } {
  const key = sortKey(name);
  const slot = slots.get(key) ?? freeSlot(key, new Set(slots.values()));
  return { colour: colours[slot % colours.length]!, shape: Math.floor(slot / colours.length) };
}

const none: readonly string[] = [];
const Named = createContext<readonly string[]>(none);

/** Around what names organisations that are no members of the space, so that none of them looks like another. */
export function NamedHere({ names, children }: { names: readonly (string | null)[]; children: ReactNode }) {
  const all = [...new Set(names.filter((name) => name?.trim()))].toSorted().join("\n");
  return <Named value={useMemo(() => all.split("\n"), [all])}>{children}</Named>;
}

const handedOut = new WeakMap<readonly string[], WeakMap<readonly string[], Slots>>();

/** The marks of the space's own organisations come first, so that these are the same on every screen. */
function slotsOf(own: readonly string[], named: readonly string[]): Slots {
  const known = handedOut.get(own) ?? new WeakMap<readonly string[], Slots>();
  const slots = known.get(named) ?? handOut(named, handOut(own));
  handedOut.set(own, known.set(named, slots));
  return slots;
}

/** Stands beside the organisation's name; `isAlone` gives it the name as its label. */
export function OrganisationMark({ name, size = 16, isAlone = false }: { name: string; size?: number; isAlone?: boolean }) {
  const { colour, shape } = markOf(name, slotsOf(useSpace()?.organisations ?? none, useContext(Named)));
  const label = isAlone ? { role: "img", "aria-label": name } : { "aria-hidden": true };
  return (
    <svg className="organisation-mark" width={size} height={size} viewBox="0 0 24 24" focusable="false" {...label}>
      <path d={shapes[shape]} fill={colour} />
    </svg>
  );
}
