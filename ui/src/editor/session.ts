// A note that is open for writing. It outlives its screen until everything typed in it is in the engine, so that leaving
// quickly, or while the engine refuses, drops nothing.

import { EditorState, type Plugin, TextSelection, type Transaction } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { rememberCaret } from "../app/place";
import { call } from "../engine/bridge";
import { watchEvents } from "../engine/store";
import type { BodyEdit, CommandError, DocumentName, NoteBody, Selection } from "../engine/types";
import { flatOf, positionOf } from "./flat";
import { Flusher, type FlushState } from "./flush";
import { othersTransaction } from "./others";
import { docOf } from "./schema";
import { isByOthers, undoable } from "./undo";

export type Status = { state: FlushState; error: CommandError["code"] | null };
/** What is remembered of the caret, in units of the body. */
/** `isSought` where somebody came to see what is selected. */
export type Caret = Selection & { isFocused: boolean; isSought?: boolean };

const sessions = new Map<string, Session>();
const keyOf = ({ space, document }: DocumentName) => `${space}/${document}`;

/** The note with what was typed last, even if the engine has not taken it yet. */
export async function openSession(name: DocumentName, plugins: Plugin[], caret: Caret | null): Promise<Session> {
  const open = sessions.get(keyOf(name));
  if (open) return open;
  const body = await call("note_body", { name, heads: null });
  const opened = sessions.get(keyOf(name)) ?? new Session(name, body, plugins, caret);
  sessions.set(keyOf(name), opened);
  return opened;
}

/** Everything typed in a note is in the engine, before something else is done with it. */
export async function settleNote(name: DocumentName): Promise<boolean> {
  return (await sessions.get(keyOf(name))?.flusher.drain()) ?? true;
}

export class Session {
  state: EditorState;
  status: Status = { state: "clean", error: null };
  readonly flusher: Flusher;
  private view: EditorView | null = null;
  private readonly watchers = new Set<() => void>();
  private readonly unwatch: () => void;
  private shows = 0;

  constructor(readonly name: DocumentName, body: NoteBody, plugins: Plugin[], caret: Caret | null) {
    const doc = docOf(body.blocks);
    const selection = caret ? TextSelection.create(doc, positionOf(doc, caret.anchor), positionOf(doc, caret.head)) : TextSelection.atStart(doc);
    this.state = EditorState.create({ doc, selection, plugins: [...plugins, undoable()] });
    this.flusher = new Flusher(
      {
        doc: () => this.state.doc,
        selection: () => this.selection(),
        isComposing: () => this.view?.composing ?? false,
        apply: (edits, selected) => this.showOthers(edits, selected),
        send: (sent) => call("note_flush", { name, ...sent }),
        tell: (state, error) => {
          if (state === this.status.state && error === this.status.error) return;
          this.status = { state, error };
          this.changed();
        },
      },
      body.heads,
    );
    this.unwatch = watchEvents((events) => {
      const isOurs = events.some((event) => event.event === "documents_changed" || (event.event === "document_changed" && keyOf(event.name) === keyOf(name)));
      if (isOurs) this.flusher.changedByOthers();
    });
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  /** Called with the view that shows the note now. */
  show(view: EditorView) {
    this.view = view;
    this.shows += 1;
  }

  /** The screen is left: sends the rest, and forgets the note once the engine has all of it. */
  async leave(): Promise<void> {
    this.view = null;
    const { shows } = this;
    for (let waitMs = 1000; !(await this.flusher.drain()) && this.shows === shows; waitMs = Math.min(2 * waitMs, 15_000)) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    if (this.shows !== shows) return;
    this.unwatch();
    sessions.delete(keyOf(this.name));
  }

  dispatch(tr: Transaction) {
    this.state = this.state.apply(tr);
    this.view?.updateState(this.state);
    if (tr.docChanged && !isByOthers(tr)) this.flusher.typed(tr);
    if (tr.docChanged || tr.selectionSet) this.rememberCaret(this.view?.hasFocus() ?? false);
    this.changed();
  }

  rememberCaret(isFocused: boolean) {
    rememberCaret(this.name.document, { ...this.selection(), isFocused } satisfies Caret);
  }

  private changed() {
    for (const watcher of this.watchers) watcher();
  }

  private selection(): Selection {
    const { doc, selection } = this.state;
    return { anchor: flatOf(doc, selection.anchor), head: flatOf(doc, selection.head) };
  }

  private showOthers(edits: BodyEdit[], selection: Selection | null) {
    const tr = othersTransaction(this.state, edits, selection);
    keepingScroll(this.view, tr, () => this.dispatch(tr));
  }
}

/** Runs a change so that the line one looks at stays where it is on the screen. */
function keepingScroll(view: EditorView | null, tr: Transaction, change: () => void) {
  const pane = view?.dom.closest(".pane");
  // Without a layout, as in tests, there is nothing to keep.
  if (!view || !pane || pane.clientHeight === 0) return change();
  const frame = pane.getBoundingClientRect();
  const { head } = view.state.selection;
  const caret = view.coordsAtPos(head);
  const isCaretSeen = view.hasFocus() && caret.top >= frame.top && caret.bottom <= frame.bottom;
  const lines = view.dom.getBoundingClientRect();
  const seen = isCaretSeen ? head : view.posAtCoords({ left: (lines.left + lines.right) / 2, top: Math.max(frame.top, lines.top) + 4 })?.pos;
  if (seen === undefined) return change();
  const before = isCaretSeen ? caret.top : view.coordsAtPos(seen).top;
  change();
  const position = isCaretSeen ? view.state.selection.head : tr.mapping.map(seen);
  pane.scrollTop += view.coordsAtPos(position).top - before;
}
