// The text of a note on the screen: the page that one writes on, its format bar, and what stands between it and a link.

import { type ReactNode, type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useReducer, useRef, useState, useSyncExternalStore } from "react";
import { TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { caretIn } from "../app/place";
import { BottomBar, useIsWide } from "../app/Shell";
import { digitsOf } from "../arabic/locale";
import type { Failure } from "../engine/bridge";
import { useSettings, watchEvents } from "../engine/store";
import type { DocumentName } from "../engine/types";
import { useText } from "../i18n/text";
import { Button } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { useIsReadOnly } from "../parts/ReadOnly";
import { Failed, Loading, NotFound } from "../parts/states";
import { clipboardParser, clipboardSerializer, clipboardTextParser, clipboardTextSerializer } from "./clipboard";
import { keys, linkAround } from "./commands";
import { directions } from "./direction";
import { flatOf } from "./flat";
import { FormatBar } from "./FormatBar";
import { type LinkAsked, LinkDialog } from "./LinkDialog";
import { rules } from "./rules";
import { type Caret, openSession, type Session } from "./session";
import { telephones } from "./telephones";
import "./editor.css";

/** Units of the body; null where nothing is selected. */
export type Selected = { from: number; to: number } | null;
export type EditorHandle = { focus(): void };

type Props = {
  name: DocumentName; label: string;
  /** A note without title and text is one that was just made: the caret goes into it at once. */
  isUntitled: boolean;
  onSelect?: (selected: Selected) => void;
  /** Files that were pasted or dropped. */
  onFiles?: (files: File[]) => void;
  handle?: RefObject<EditorHandle | null>;
  /** Stands beside the format bar in wide windows. */
  beside?: ReactNode;
};

const slowMs = 300;
/** The format bar stands above the first line in wide windows, below the last on phones. */
const scrollThreshold = { top: 64, bottom: 32, left: 0, right: 0 };

export function Editor(props: Props) {
  const { space, document } = props.name;
  const [session, setSession] = useState<Session | null>(null);
  const [error, setError] = useState<Failure | null>(null);
  const [isSlow, setIsSlow] = useState(false);
  const [attempt, again] = useReducer((count: number) => count + 1, 0);
  const openLink = useRef<(asked: LinkAsked) => void>(() => {});
  useEffect(() => {
    let opened: Session | null = null;
    let isGone = false;
    const slow = setTimeout(setIsSlow, slowMs, true);
    const askForLink = () => {
      const state = opened!.state;
      const around = linkAround(state);
      const { from, to } = around ?? state.selection;
      openLink.current({ from, to, value: around?.value ?? null, isEditing: true });
      return true;
    };
    openSession({ space, document }, [rules(), directions(), telephones(), ...keys(askForLink)], caretIn(document) as Caret | null)
      .then((found) => {
        opened = found;
        if (isGone) return void found.leave();
        setError(null);
        setSession(found);
      }, (cause: Failure) => !isGone && setError(cause))
      .finally(() => clearTimeout(slow));
    return () => {
      isGone = true;
      clearTimeout(slow);
      void opened?.leave();
    };
  }, [space, document, attempt]);
  if (session) return <Page {...props} session={session} openLink={openLink} />;
  if (error) return error.code === "not_found" ? <NotFound /> : <Failed error={error} retry={again} />;
  return isSlow ? <Loading /> : null;
}

function useSession<Value>(session: Session, read: (session: Session) => Value): Value {
  return useSyncExternalStore((watcher) => session.watch(watcher), () => read(session));
}

function Page({ session, label, isUntitled, onSelect, onFiles, handle, beside, openLink }: Props & { session: Session; openLink: RefObject<(asked: LinkAsked) => void> }) {
  const { t } = useText();
  const digits = digitsOf(useSettings());
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<EditorView | null>(null);
  const [isFocused, setIsFocused] = useState(false);
  const [asked, setAsked] = useState<LinkAsked | null>(null);
  const status = useSession(session, trouble);
  const isReadOnly = useIsReadOnly() || status.state === "stopped";
  useEffect(() => watchEvents((events) => {
    if (events.some(({ event }) => event === "storage_works") && session.flusher.isStopped) session.flusher.retry();
  }), [session]);
  const isWide = useIsWide(768);
  const latest = useRef({ isReadOnly, onFiles, label, placeholder: t("note.placeholder") });
  latest.current = { isReadOnly, onFiles, label, placeholder: t("note.placeholder") };
  openLink.current = setAsked;

  useLayoutEffect(() => {
    const made = new EditorView(place.current, {
      state: session.state,
      dispatchTransaction: (tr) => session.dispatch(tr),
      editable: () => !latest.current.isReadOnly,
      attributes: ({ doc }) => ({
        role: "textbox", "aria-multiline": "true", "aria-label": latest.current.label, class: "text writing", "data-placeholder": latest.current.placeholder,
        ...(latest.current.isReadOnly ? { "aria-readonly": "true", tabindex: "0" } : {}),
        ...(doc.childCount === 1 && doc.content.size === 2 ? { "data-empty": "" } : {}),
      }),
      scrollThreshold,
      scrollMargin: { top: 72, bottom: 48, left: 0, right: 0 },
      handleScrollToSelection: isCaretSeen,
      clipboardParser, clipboardTextParser, clipboardSerializer, clipboardTextSerializer,
      handleDOMEvents: {
        focus: () => {
          setIsFocused(true);
          session.rememberCaret(true);
          return false;
        },
        blur: () => {
          setIsFocused(false);
          // When the whole app goes into the background the caret stays where it is.
          if (document.hasFocus()) session.rememberCaret(false);
          return false;
        },
        compositionend: () => {
          // The letters of the composition arrive in the document just after its end.
          setTimeout(() => session.flusher.composed(), 50);
          return false;
        },
        click: (_, event) => {
          if ((event.target as HTMLElement).closest("a")) event.preventDefault();
          return false;
        },
      },
      handleClick: (current, position, event) => {
        if (!(event.target as HTMLElement).closest?.("a")) return false;
        const around = linkAround(current.state.apply(current.state.tr.setSelection(TextSelection.create(current.state.doc, position))));
        if (around) setAsked({ ...around, isEditing: false });
        return false;
      },
      handlePaste: (_, event) => takeFiles(event.clipboardData),
      handleDrop: (_, event, __, isMoved) => !isMoved && takeFiles(event.dataTransfer),
    });
    function takeFiles(data: DataTransfer | null): boolean {
      const files = [...(data?.files ?? [])];
      if (files.length === 0 || data?.getData("text/plain") || latest.current.isReadOnly) return false;
      latest.current.onFiles?.(files);
      return true;
    }
    session.show(made);
    setView(made);
    const isEmpty = session.state.doc.content.size === 2;
    const remembered = caretIn(session.name.document) as Caret | null;
    if (!latest.current.isReadOnly && (isEmpty ? isUntitled : remembered?.isFocused)) made.focus();
    if (remembered?.isSought) {
      made.focus();
      session.rememberCaret(true);
      // After the pane has gone back to where it was scrolled.
      setTimeout(() => !made.isDestroyed && made.dispatch(made.state.tr.scrollIntoView()), 100);
    }
    const hide = () => document.visibilityState === "hidden" && void session.flusher.flushAll();
    const flush = () => void session.flusher.flushAll();
    // A keyboard that opens makes the pane smaller: the caret moves up with it.
    const uncover = () => setTimeout(() => made.hasFocus() && !made.isDestroyed && made.dispatch(made.state.tr.scrollIntoView()), 50);
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("pagehide", flush);
    window.visualViewport?.addEventListener("resize", uncover);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      window.removeEventListener("pagehide", flush);
      window.visualViewport?.removeEventListener("resize", uncover);
      made.destroy();
    };
  }, [session]);

  useEffect(() => view?.setProps({}), [view, isReadOnly, label, t]);
  useImperativeHandle(handle, () => ({ focus: () => view?.focus() }), [view]);
  const selected = useSession(session, selectedIn);
  useEffect(() => onSelect?.(rangeOf(selected)), [selected, onSelect]);

  const bar = view && !isReadOnly && <FormatBar session={session} view={view} askForLink={() => askAt(session, setAsked)} />;
  return (
    <div className="editor" data-digits={digits}>
      {bar && isWide && <div className="format-place not-printed">{bar}{beside}</div>}
      {bar && !isWide && isFocused && <BottomBar>{bar}</BottomBar>}
      <Saving status={status} retry={() => session.flusher.retry()} />
      <div ref={place} />
      <WordCount session={session} />
      {asked && view && <LinkDialog asked={asked} view={view} isReadOnly={isReadOnly} edit={() => setAsked({ ...asked, isEditing: true })} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** Whether there is nothing to scroll. ProseMirror asks every box around the caret, which is much of what a key costs. */
function isCaretSeen(view: EditorView): boolean {
  const pane = view.dom.closest(".pane");
  if (!pane) return false;
  const frame = pane.getBoundingClientRect();
  const caret = view.coordsAtPos(view.state.selection.head, 1);
  return caret.top >= frame.top + scrollThreshold.top && caret.bottom <= frame.bottom - scrollThreshold.bottom;
}

const noTrouble: Session["status"] = { state: "clean", error: null };

/** The status where there is something to say; what is merely on its way draws nothing anew while one types. */
function trouble({ status }: Session): Session["status"] {
  return status.state === "clean" || status.state === "waiting" ? noTrouble : status;
}

/** Text, so that the same selection is the same value. */
function selectedIn({ state: { doc, selection } }: Session): string {
  return selection.empty ? "" : `${flatOf(doc, selection.from)} ${flatOf(doc, selection.to)}`;
}

function rangeOf(selected: string): Selected {
  const [from, to] = selected.split(" ").map(Number);
  return from === undefined || to === undefined ? null : { from, to };
}

function askAt(session: Session, ask: (asked: LinkAsked) => void) {
  const around = linkAround(session.state);
  const { from, to } = around ?? session.state.selection;
  ask({ from, to, value: around?.value ?? null, isEditing: true });
}

function Saving({ status: { state, error }, retry }: { status: Session["status"]; retry: () => void }) {
  const { t } = useText();
  if (state !== "failing" && state !== "refused" && state !== "stopped") return null;
  const hint = state === "failing" ? t("note.not_sent_hint") : state === "refused" ? `${error ? t(`common.failure_${error}`) : ""} ${t("note.refused_hint")}` : t("note.stopped_hint");
  return (
    <aside className="notice saving" role="alert">
      <Icon name="problem" />
      <p><strong>{t("note.not_sent")}</strong> <span className="soft">{hint}</span></p>
      <Button onPress={retry}>{t("common.retry")}</Button>
    </aside>
  );
}

const countPauseMs = 400;

/** Counts once the typing pauses, so that a key draws nothing here. */
function WordCount({ session }: { session: Session }) {
  const { t } = useText();
  const [count, setCount] = useState(() => wordsIn(session));
  useEffect(() => {
    let counted = session.state.doc;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setCount(wordsIn(session));
    const unwatch = session.watch(() => {
      if (session.state.doc === counted) return;
      counted = session.state.doc;
      clearTimeout(timer);
      timer = setTimeout(() => setCount(wordsIn(session)), countPauseMs);
    });
    return () => {
      unwatch();
      clearTimeout(timer);
    };
  }, [session]);
  return <p className="soft small word-count not-printed">{t("note.words", { count })}</p>;
}

function wordsIn({ state: { doc } }: Session): number {
  return doc.textBetween(0, doc.content.size, " ").match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}ـ'’.,٫٬-]*/gu)?.length ?? 0;
}
