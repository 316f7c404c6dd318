// Short notices, most with a way to take back what was just done. They wait while the pointer or focus is on them.

import { useEffect, useLayoutEffect, useSyncExternalStore } from "react";
import { shownHash, useRoute } from "../app/router";
import { useText } from "../i18n/text";
import { Button } from "./Button";
import { Written } from "./words";

type Notice = { text: string; undo?: () => void; isFailure?: boolean };
type Shown = Notice & {
  id: number;
  /** The address of the screen that it was told on. */
  on: string;
};

/** Long enough to read two lines and reach "undo". */
const shownMs = 8000;
let notices: Shown[] = [];
let lastId = 0;
const watchers = new Set<() => void>();

function change(next: Shown[]) {
  notices = next;
  for (const watcher of watchers) watcher();
}

export function toast(notice: Notice) {
  lastId += 1;
  change([...notices.filter(({ text }) => text !== notice.text), { ...notice, id: lastId, on: shownHash() }].slice(-3));
}

const dismiss = (id: number) => change(notices.filter((notice) => notice.id !== id));

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
}

export function Toasts() {
  const shown = useSyncExternalStore(watch, () => notices);
  const isShown = shown.length > 0;
  useLayoutEffect(() => void document.documentElement.toggleAttribute("data-notices", isShown), [isShown]);
  const route = useRoute();
  // A failure says nothing of the next screen; what can be taken back stays.
  useEffect(() => {
    const kept = notices.filter(({ isFailure, on }) => !isFailure || on === shownHash());
    if (kept.length < notices.length) change(kept);
  }, [route]);
  return (
    <div className="toasts not-printed" role="status" aria-live="polite">
      {shown.map((notice) => <Toast key={notice.id} {...notice} />)}
    </div>
  );
}

function Toast({ id, text, undo, isFailure }: Shown) {
  const { t } = useText();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => clearTimeout(timer);
  const go = () => {
    wait();
    timer = setTimeout(dismiss, shownMs, id);
  };
  useEffect(() => {
    go();
    return wait;
  }, [id]);
  return (
    <div className={isFailure ? "toast of-failure" : "toast"} onPointerEnter={wait} onPointerLeave={go} onFocus={wait} onBlur={go}>
      <span dir="auto"><Written text={text} /></span>
      {undo && <Button look="quiet" onPress={() => { undo(); dismiss(id); }}>{t("common.undo")}</Button>}
      <Button look="quiet" icon="close" label={t("common.close")} onPress={() => dismiss(id)} />
    </div>
  );
}
