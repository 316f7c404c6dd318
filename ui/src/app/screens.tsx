// Finds each screen's file when it is first shown. A screen without a file shows that there is no page.

import { type ComponentType, lazy, Suspense } from "react";
import { useText } from "../i18n/text";
import { NotFound } from "../parts/states";
import { Boundary } from "./Boundary";
import type { Route, RouteName, Routes } from "./routes";

/** What a screen's file exports by default. `isList`: it stands in the list column beside another screen. */
export type Screen<R extends RouteName> = ComponentType<{ params: Routes[R]; isList?: boolean }>;

const files = import.meta.glob<{ default: ComponentType<{ params: never; isList?: boolean }> }>(["../screens/*.tsx", "!../screens/*.test.tsx"]);

const loads = new Map(Object.entries(files).map(([path, load]) => [path.replace(/^.*\/|\.tsx$/g, ""), load]));
const screens = new Map([...loads].map(([name, load]) => [name, lazy(load)]));

/** Begins to load a screen before it is shown. */
export function preload(name: RouteName) {
  // What fails now is asked for again, and told, when it is shown.
  void loads.get(name)?.().catch(() => {});
}

/** `isUnder`: one of its items stands open beside it, and another item does not make it another screen. */
export function ShowScreen({ route, isList = false, isUnder = false }: { route: Route | null; isList?: boolean; isUnder?: boolean }) {
  const { t } = useText();
  const Found = route && screens.get(route.name);
  if (!Found) return isList ? null : <NotFound />;
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
