// What others did, with the caret where it belongs afterwards.

import { type EditorState, TextSelection, type Transaction } from "prosemirror-state";
import type { BodyEdit, Selection } from "../engine/types";
import { applyEdits } from "./apply";
import { positionOf } from "./flat";
import { markAsOthers } from "./undo";

/** `selection` is where the engine found the caret to be; null lets it follow the edits. */
export function othersTransaction(state: EditorState, edits: BodyEdit[], selection: Selection | null): Transaction {
  const tr = applyEdits(markAsOthers(state.tr), edits);
  // What others put at the caret comes to stand behind it.
  const [anchor, head] = selection
    ? [positionOf(tr.doc, selection.anchor), positionOf(tr.doc, selection.head)] as const
    : [tr.mapping.map(state.selection.anchor, -1), tr.mapping.map(state.selection.head, -1)] as const;
  return tr.setSelection(TextSelection.between(tr.doc.resolve(anchor), tr.doc.resolve(head))).setStoredMarks(state.storedMarks);
}
