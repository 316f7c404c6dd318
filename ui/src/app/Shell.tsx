// What stays while screens change: where one is, which space, how sync stands, and «اكتب».

import { type ReactNode, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { I18nProvider } from "react-aria-components";
import { showSpace, useApp, useSettings, useSpace, useSyncState } from "../engine/store";
import { useText } from "../i18n/text";
import { OrganisationMark } from "../look/OrganisationMark";
import { Button, To } from "../parts/Button";
import { Icon, type IconName } from "../parts/Icon";
import { Menu, type MenuEntry } from "../parts/overlays";
import { Empty, Failed } from "../parts/states";
import { Toasts } from "../parts/toast";
import { Bdi, SyncMark } from "../parts/words";
import { Boundary } from "./Boundary";
import { useLeaving } from "./leaving";
import { leaveNow, leaveSoon, rememberScroll, scrollAt } from "./place";
import { back, go, hrefTo, shownHash, useRoute } from "./router";
import { places, type Route, type RouteName, type Tab } from "./routes";
import { ShowScreen } from "./screens";
import { Unlock } from "./Unlock";
import { useNoteSpace, useWrite } from "./write";

export function useIsWide(width: number): boolean {
  const [query] = useState(() => window.matchMedia(`(min-width: ${width}px)`));
  return useSyncExternalStore(
    (watcher) => {
      query.addEventListener("change", watcher);
      return () => query.removeEventListener("change", watcher);
    },
    () => query.matches,
  );
}

/** Replaces the bottom bar while it is shown, above the keyboard where one is open. */
export function BottomBar({ children }: { children: ReactNode }) {
  const [slot, setSlot] = useState<Element | null>(null);
  useEffect(() => setSlot(document.querySelector(".bottom-slot")), []);
  return slot && createPortal(children, slot);
}

/** Writes language, direction, text size and appearance on the root element. */
function useRootAttributes() {
  const { language, text_size, appearance } = useSettings();
  const { dir } = useText();
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.lang = language;
    root.dir = dir;
    root.dataset["textSize"] = text_size;
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = () => (root.dataset["appearance"] = appearance === "system" ? (dark.matches ? "dark" : "light") : appearance);
    apply();
    dark.addEventListener("change", apply);
    return () => dark.removeEventListener("change", apply);
  }, [language, dir, text_size, appearance]);
}

export function App() {
  useRootAttributes();
  const { t, locale } = useText();
  const { start, startFailure, storageFailure, openedLink } = useApp();
  const route = useRoute();
  useEffect(() => {
    if (openedLink) go("join", { link: openedLink });
  }, [openedLink]);
  let content = null;
  if (startFailure?.code === "locked") content = <div className="bare"><main className="pane-body"><Unlock /></main></div>;
  else if (startFailure) content = <div className="bare"><main className="pane-body"><h1>{t("common.start_failed")}</h1><Failed error={startFailure} retry={() => location.reload()} /></main></div>;
  else if (start && (!start.person || start.spaces.length === 0) && route?.name !== "join" && route?.name !== "recover") content = <Bare route={{ name: "welcome", params: {} }} />;
  else if (start && route && places[route.name].isBare) content = <Bare route={route} />;
  else if (start) content = <Shell route={route} />;
  return (
    <I18nProvider locale={locale}>
      <div className="frame">
        {storageFailure !== null && <div role="alert" className="stopped">{t("common.storage_failed")}</div>}
        <Boundary>{content}</Boundary>
      </div>
      <Toasts />
    </I18nProvider>
  );
}

function Bare({ route }: { route: Route }) {
  return <div className="bare"><main className="pane-body"><ShowScreen route={route} /></main></div>;
}

function Shell({ route }: { route: Route | null }) {
  const { t } = useText();
  const place = route ? places[route.name] : {};
  // The same widths as in app.css.
  const isWide = useIsWide(1024);
  const under = isWide && route && place.under ? underOf(place.under, route) : null;
  const isListRoute = isWide && place.list !== undefined && place.list === route?.name;
  return (
    <div className="shell">
      <TopBar hasParent={place.parent !== undefined} />
      <div className="columns">
        <Navigation tab={place.tab} route={route?.name} />
        {isWide && place.list && (
          <section className="pane list-pane" aria-label={t("common.list")}>
            <div className="pane-body"><ShowScreen route={{ name: place.list, params: {} } as Route} isList /></div>
          </section>
        )}
        <MainPane hash={under?.hash ?? shownHash()}>
          {isListRoute ? <Empty title={t("common.chooser_empty")} hint={t("common.chooser_empty_hint")} /> : <ShowScreen route={under?.route ?? route} isUnder={under !== null} />}
        </MainPane>
        {under && (
          <section className="pane beside"><div className="pane-body"><ShowScreen route={route} /></div></section>
        )}
      </div>
      <div className="bottom-slot" />
      <BottomDestinations tab={place.tab} />
    </div>
  );
}

/** The screen that stays where it is while something of it is open beside it, and its address without that. */
function underOf(name: RouteName, { params }: Route): { route: Route; hash: string } {
  const { item: _, ...own } = params as Record<string, string>;
  return { route: { name, params } as Route, hash: hrefTo(name, own as never) };
}

/** The column that scrolls with the address; it returns to where it was, and after a move the heading is read out. */
function MainPane({ hash, children }: { hash: string; children: ReactNode }) {
  const pane = useRef<HTMLElement>(null);
  const address = shownHash();
  const isFirst = useRef(true);
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const wanted = scrollAt(hash);
    element.scrollTop = wanted;
    // The contents come in after the screen; the wanted place exists only then.
    const observer = new ResizeObserver(() => {
      if (element.scrollTop < wanted) element.scrollTop = wanted;
    });
    if (wanted > 0 && element.firstElementChild) observer.observe(element.firstElementChild);
    const settle = setTimeout(() => observer.disconnect(), 2000);
    const stop = () => observer.disconnect();
    element.addEventListener("wheel", stop, { passive: true });
    element.addEventListener("touchstart", stop, { passive: true });
    const remember = () => rememberScroll(hash, element.scrollTop);
    element.addEventListener("scroll", remember, { passive: true });
    if (!isFirst.current && !element.contains(document.activeElement)) element.focus({ preventScroll: true });
    isFirst.current = false;
    return () => {
      clearTimeout(settle);
      stop();
      for (const [name, handler] of [["wheel", stop], ["touchstart", stop], ["scroll", remember]] as const) element.removeEventListener(name, handler);
    };
  }, [hash]);
  useEffect(leaveSoon, [address]);
  useLeaving(leaveNow);
  return <main ref={pane} className="pane main" tabIndex={-1}><div className="pane-body">{children}</div></main>;
}

function SpaceMenu() {
  const { t } = useText();
  const { start } = useApp();
  const space = useSpace();
  const spaces: MenuEntry[] = (start?.spaces ?? []).map((each) => ({
    id: each.space, label: each.title, mark: <OrganisationMark name={each.title} />, onAction: () => { showSpace(each.space); leaveSoon(); },
  }));
  const to = (name: "notes" | "members" | "since-you-looked" | "bin" | "sync" | "settings" | "welcome", label: string, icon: IconName): MenuEntry => ({ id: name, label, icon, onAction: () => go(name) });
  return (
    <Menu
      label={t("common.switch_space")}
      trigger={
        <Button look="quiet" className="space-name">
          <OrganisationMark name={space?.title ?? ""} size={20} />
          <Bdi>{space?.title ?? t("common.no_space")}</Bdi>
        </Button>
      }
      entries={[
        ...spaces, to("welcome", t("common.another_space"), "add"), "line",
        to("notes", t("common.notes"), "notes"), to("members", t("common.members"), "members"), to("since-you-looked", t("common.since_you_looked"), "seen"),
        to("bin", t("common.bin"), "bin"), to("settings", t("common.settings"), "settings"),
      ]}
    />
  );
}

function ToSync({ isShort }: { isShort: boolean }) {
  return <To route="sync" className="to-sync"><SyncMark state={useSyncState()} isShort={isShort} /></To>;
}

function TopBar({ hasParent }: { hasParent: boolean }) {
  const { t } = useText();
  return (
    <header className="top-bar not-printed">
      {hasParent && <Button look="quiet" icon="back" label={t("common.back")} onPress={back} />}
      <SpaceMenu />
      <ToSync isShort={hasParent} />
    </header>
  );
}

const tabs = { today: "today", conferences: "conferences", notes: "notes", plans: "plans", search: "search" } as const satisfies Record<Tab, IconName>;

function Destination({ route, icon, isCurrent }: { route: Tab | "members" | "since-you-looked" | "bin" | "settings"; icon: IconName; isCurrent: boolean }) {
  const { t } = useText();
  const words = route === "since-you-looked" ? t("common.since_you_looked") : t(`common.${route}`);
  return <To route={route} className="destination" isCurrent={isCurrent}><Icon name={icon} /><span className="words">{words}</span></To>;
}

function Write({ look, className }: { look: "primary" | "quiet"; className: string }) {
  const { t } = useText();
  const write = useWrite();
  const isRefused = useNoteSpace() === null;
  return (
    <Button look={look} icon="write" className={className} isWriting isDisabled={isRefused} {...(isRefused ? { label: `${t("common.write")}: ${t("common.read_only")}` } : {})}
      onPress={() => void write()}>
      <span className="words">{t("common.write")}</span>
    </Button>
  );
}

function Navigation({ tab, route }: { tab: Tab | undefined; route: RouteName | undefined }) {
  const { t } = useText();
  return (
    <nav className="nav not-printed" aria-label={t("common.navigation")}>
      <SpaceMenu />
      <Write look="primary" className="destination write" />
      {(Object.keys(tabs) as Tab[]).map((each) => <Destination key={each} route={each} icon={tabs[each]} isCurrent={each === tab} />)}
      <hr />
      <Destination route="since-you-looked" icon="seen" isCurrent={route === "since-you-looked"} />
      <Destination route="members" icon="members" isCurrent={route === "members"} />
      <Destination route="bin" icon="bin" isCurrent={route === "bin"} />
      <Destination route="settings" icon="settings" isCurrent={route === "settings"} />
      <ToSync isShort={false} />
    </nav>
  );
}

function BottomDestinations({ tab }: { tab: Tab | undefined }) {
  const { t } = useText();
  return (
    <nav className="bottom-bar not-printed" aria-label={t("common.navigation")}>
      <Destination route="today" icon="today" isCurrent={tab === "today"} />
      <Destination route="conferences" icon="conferences" isCurrent={tab === "conferences"} />
      <Write look="quiet" className="destination to-write" />
      <Destination route="plans" icon="plans" isCurrent={tab === "plans"} />
      <Destination route="search" icon="search" isCurrent={tab === "search"} />
    </nav>
  );
}
