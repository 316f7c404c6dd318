// What the code imports is what package.json names, so that no package is here only because another one brought it.

import { expect, test } from "vitest";
import given from "../package.json?raw";
import locked from "../package-lock.json?raw";

const code = import.meta.glob<string>(["./**/*.{ts,tsx}", "../e2e/*.ts"], { query: "?raw", import: "default", eager: true });

test("every package that is imported is named, and every one that is named for the pages is imported", () => {
  const { dependencies, devDependencies } = JSON.parse(given) as Record<string, Record<string, string>>;
  const imported = new Set(
    Object.values(code).flatMap((text) => [...text.matchAll(/(?:from |import |import\()"((?:@[\w-]+\/)?[\w-]+)(?:[/"])/g)].map((match) => match[1]!)).filter((name) => name !== "node"),
  );
  expect([...imported].filter((name) => !(name in { ...dependencies, ...devDependencies }))).toEqual([]);
  // Style sheets name the fonts.
  expect(Object.keys(dependencies!).filter((name) => !imported.has(name) && !name.startsWith("@fontsource/"))).toEqual([]);
});

test("the lock file names no address to download from", () => {
  expect(locked).not.toContain('"resolved"');
});
