// Each organisation's mark: a shape and a colour that follow from its name alone, the same on every device.

import { sortKey } from "../arabic/names";

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

export function markOf(name: string): { colour: string; shape: number } {
  const hash = spread(sortKey(name));
  return { colour: colours[hash % colours.length]!, shape: Math.floor(hash / colours.length) % shapes.length };
}

/** Stands beside the organisation's name; `isAlone` gives it the name as its label. */
export function OrganisationMark({ name, size = 16, isAlone = false }: { name: string; size?: number; isAlone?: boolean }) {
  const { colour, shape } = markOf(name);
  const label = isAlone ? { role: "img", "aria-label": name } : { "aria-hidden": true };
  return (
    <svg className="organisation-mark" width={size} height={size} viewBox="0 0 24 24" focusable="false" {...label}>
      <path d={shapes[shape]} fill={colour} />
    </svg>
  );
}
