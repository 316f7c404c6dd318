// Finds each screen's file when it is first shown. A screen without a file shows that there is no page.

import { type ComponentType, lazy, Suspense, useMemo } from "react";
import { useText } from "../i18n/text";
import { NotFound } from "../parts/states";
import { Boundary } from "./Boundary";
import type { Route, RouteName, Routes } from "./routes";

/** What a screen's file exports by default. `isList`: it stands in the list column beside another screen. */
export type Screen<R extends RouteName> = ComponentType<{ params: Routes[R]; isList?: boolean }>;

type Shown = ComponentType<{ params: never; isList?: boolean }>;
const files = import.meta.glob<{ default: Shown }>(["../screens/*.tsx", "!../screens/*.test.tsx"]);
const loads = new Map(Object.entries(files).map(([path, load]) => [path.replace(/^.*\/|\.tsx$/g, ""), load]));
const lazies = new Map([...loads].map(([name, load]) => [name, lazy(load)]));
/** React holds a screen that it had to wait for back for another 300 ms; these it needs not wait for. */
const loaded = new Map<string, Shown>();

/** Loads a screen before it is shown. What fails now is asked for again, and told, when it is shown. */
export async function preload(name: string): Promise<void> {
  await loads.get(name)?.().then((file) => void loaded.set(name, file.default), () => {});
}

/** Two seconds, after which the first screen has everything that it shows. */
const settledMs = 2000;

/** Loads the others one after the other, once the first one is shown. */
export function preloadAll() {
  setTimeout(async () => {
    for (const name of loads.keys()) await preload(name);
  }, settledMs);
}

/** `isUnder`: one of its items stands open beside it, and another item does not make it another screen. */
export function ShowScreen({ route, isList = false, isUnder = false }: { route: Route | null; isList?: boolean; isUnder?: boolean }) {
  const { t } = useText();
  const name = route?.name;
  // The same as long as the screen is shown, although it may have been loaded meanwhile.
  const Found = useMemo(() => name && (loaded.get(name) ?? lazies.get(name)), [name]);
  if (!route || !Found) return isList ? null : <NotFound />;
  // The key gives each document a screen of its own, so that nothing typed in one appears in the next.
  const { document, item, space, member } = route.params as Record<string, string>;
  return (
    <Boundary key={`${route.name} ${document} ${isUnder ? undefined : item} ${space} ${member}`}>
      <Suspense fallback={<span className="only-heard" role="status">{t("common.loading")}</span>}>
        <Found params={route.params as never} isList={isList} />
      </Suspense>
    </Boundary>
  );
}
