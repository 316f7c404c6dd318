// A page that is opened first has only the style sheets that it imports: what another page brought is not there.

import { expect, test } from "vitest";

const raw = import.meta.glob<string>("../**/*.{ts,tsx,css}", { query: "?raw", import: "default", eager: true });
const source = new Map(Object.entries(raw).map(([path, text]) => [new URL(path, "file:///look/").pathname.slice(1), text]));
const fileOf = (path: string) => [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`, `${path}/index.tsx`].find((file) => source.has(file));

/** A file of the source and everything that it imports without being asked to by a click, each relative to the source. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (file.endsWith(".css")) return seen;
  const text = source.get(file)!;
  for (const [, path] of text.matchAll(/^(?:import|\} from|export \* from).*?"(\.[^"]+)";?$/gm)) {
    const found = fileOf(new URL(path!, `file:///${file}`).pathname.slice(1));
    if (found) reached(found, seen);
  }
  return seen;
}

const styledBy = (sheet: string) =>
  [...source.get(sheet)!.replace(/\/\*[^]*?\*\//g, "").replace(/\{[^{}]*\}/g, " ").matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name!);

/** The classes that a component names in its markup, whether by a plain word or in an expression. */
function named(file: string): string[] {
  const text = source.get(file)!;
  const plain = [...text.matchAll(/className="([^"]+)"/g)].map(([, words]) => words!);
  const chosen = [...text.matchAll(/className=\{([^}]*)\}/g)].flatMap(([, code]) => [...code!.matchAll(/["`]([^"`]*)["`]/g)].map(([, words]) => words!));
  return [...plain, ...chosen].flatMap((words) => words.match(/[a-zA-Z][\w-]*/g) ?? []);
}

const screens = [...source.keys()].filter((file) => /^screens\/[\w-]+\.tsx$/.test(file));
const styled = new Set([...source.keys()].filter((file) => file.endsWith(".css")).flatMap(styledBy));

test.each(screens)("%s has the sheet of each class that it shows", (screen) => {
  const files = [...reached(screen, reached("main.tsx"))];
  expect(styled.size).toBeGreaterThan(100);
  expect(files.length).toBeGreaterThan(20);
  const present = new Set(files.filter((file) => file.endsWith(".css")).flatMap(styledBy));
  const bare = files.filter((file) => file.endsWith(".tsx")).flatMap((file) => named(file).filter((name) => styled.has(name) && !present.has(name)).map((name) => `${file}: ${name}`));
  expect(bare).toEqual([]);
});
