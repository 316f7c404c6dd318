// What keys and buttons do to blocks and marks. Each is one step of undo.

import { chainCommands, deleteSelection } from "prosemirror-commands";
import { undoInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { type Node, Slice } from "prosemirror-model";
import { type Command, type EditorState, Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { ReplaceStep } from "prosemirror-transform";
import type { Block } from "../engine/types";
import { setBlock, splitAt } from "./apply";
import { linkValue } from "./links";
import { blockOf, depthMax, type Direction, directionKey, directionSet, emptyBlock, lookOf, type Look, schema } from "./schema";
import { asOneEvent, redo, undo } from "./undo";

const listKinds = { numbered: "ordered-list-item", bulleted: "unordered-list-item" } as const;

/** The block as it would be with another look; it stays as deep in its lists as it can be. */
export function withLook(block: Block, look: Look["look"], level = 1): Block {
  const parents = block.parents.filter((parent) => parent !== "blockquote");
  // Whatever it becomes, it runs the way that somebody has set.
  const set = directionSet(block);
  const attrs: Block["attrs"] = set === "auto" ? {} : { [directionKey]: set };
  switch (look) {
    case "heading":
      return { kind: "heading", parents: [], attrs: { ...attrs, level }, is_embed: false };
    case "quote":
      return { kind: "blockquote", parents: [], attrs, is_embed: false };
    case "numbered":
    case "bulleted":
      return { kind: listKinds[look], parents, attrs, is_embed: false };
    default:
      return { kind: "paragraph", parents: [], attrs, is_embed: false };
  }
}

type Placed = { node: Node; position: number; index: number };

function selectedBlocks({ doc, selection }: EditorState): Placed[] {
  const placed: Placed[] = [];
  doc.nodesBetween(selection.from, selection.to, (node, position, _, index) => {
    if (node.type.name === "block") placed.push({ node, position, index });
    return false;
  });
  return placed;
}

function changeBlocks(change: (placed: Placed, doc: Node) => Block | null): Command {
  return (state, dispatch) => {
    const changes = selectedBlocks(state).map((placed) => ({ position: placed.position, block: change(placed, state.doc) }));
    if (changes.every(({ block }) => block === null)) return false;
    if (!dispatch) return true;
    const tr = asOneEvent(state.tr);
    for (const { position, block } of changes) if (block) setBlock(tr, position, block);
    dispatch(tr.scrollIntoView());
    return true;
  };
}

/** Gives the selected blocks a look, or takes it off where all of them have it. */
export function toggleLook(look: Look["look"], level = 1): Command {
  return (state, dispatch, view) => {
    const hasAll = selectedBlocks(state).every(({ node }) => {
      const shown = lookOf(blockOf(node));
      return shown.look === look && (look !== "heading" || shown.level === level);
    });
    return changeBlocks(({ node }) => withLook(blockOf(node), hasAll ? "paragraph" : look, level))(state, dispatch, view);
  };
}

/** Sets which way the selected blocks run, or leaves it to their first letters. */
export function setDirection(direction: Direction): Command {
  return changeBlocks(({ node }) => {
    const block = blockOf(node);
    if (directionSet(block) === direction) return null;
    const { [directionKey]: _, ...others } = block.attrs;
    return { ...block, attrs: direction === "auto" ? others : { ...others, [directionKey]: direction } };
  });
}

/** Automatic, right to left, left to right: the one button of the format bar. */
export const nextDirection: Command = (state, dispatch, view) => {
  const after = { auto: "rtl", rtl: "ltr", ltr: "auto" } as const;
  return setDirection(after[directionSet(blockOf(state.selection.$from.parent))])(state, dispatch, view);
};

/** Ctrl with the Shift of one side sets the direction towards it, as in other editors, once both are let go without another
 *  key between them. */
function shiftKeys(): Plugin {
  let pressed: "ShiftRight" | "ShiftLeft" | null = null;
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown: (_, event) => {
          const isShift = event.key === "Shift" && event.ctrlKey && !event.altKey && !event.metaKey;
          pressed = isShift && (event.code === "ShiftRight" || event.code === "ShiftLeft") ? event.code : null;
          return false;
        },
        keyup: (view, event) => {
          if (!pressed || !["Shift", "Control"].includes(event.key)) return false;
          const direction = pressed === "ShiftRight" ? "rtl" : "ltr";
          pressed = null;
          return setDirection(direction)(view.state, view.dispatch, view);
        },
        blur: () => {
          pressed = null;
          return false;
        },
      },
    },
  });
}

/** Heading, smaller heading, text: the one button of the format bar. */
export const nextHeading: Command = (state, dispatch, view) => {
  const { look, level } = lookOf(blockOf(state.selection.$from.parent));
  if (look !== "heading") return toggleLook("heading", 1)(state, dispatch, view);
  return (level < 2 ? toggleLook("heading", level + 1) : toggleLook("heading", level))(state, dispatch, view);
};

/** Deeper under the item before; only as deep as that one allows. */
const indent: Command = changeBlocks(({ node, index }, doc) => {
  const block = blockOf(node);
  const { look, depth } = lookOf(block);
  const before = index > 0 ? lookOf(blockOf(doc.child(index - 1))) : null;
  if (!isListed(look) || !before || !isListed(before.look) || before.depth < depth || depth >= depthMax) return null;
  return { ...block, parents: [...block.parents, listKinds[before.look]] };
});

const outdent: Command = changeBlocks(({ node }) => {
  const block = blockOf(node);
  return isListed(lookOf(block).look) && block.parents.length > 0 ? { ...block, parents: block.parents.slice(0, -1) } : null;
});

function isListed(look: Look["look"]): look is "numbered" | "bulleted" {
  return look === "numbered" || look === "bulleted";
}

export function toggleMark(name: "strong" | "em"): Command {
  const type = schema.marks[name]!;
  return (state, dispatch) => {
    const { empty, ranges, $from } = state.selection;
    if (!dispatch) return true;
    if (empty) {
      const isOn = type.isInSet(state.storedMarks ?? $from.marks());
      dispatch(isOn ? state.tr.removeStoredMark(type) : state.tr.addStoredMark(type.create()));
      return true;
    }
    const tr = asOneEvent(state.tr);
    const isOn = ranges.some((range) => state.doc.rangeHasMark(range.$from.pos, range.$to.pos, type));
    for (const range of ranges) {
      if (isOn) tr.removeMark(range.$from.pos, range.$to.pos, type);
      else tr.addMark(range.$from.pos, range.$to.pos, type.create());
    }
    dispatch(tr.scrollIntoView());
    return true;
  };
}

/** The link that the caret stands in, from its first to its last letter. */
export function linkAround(state: EditorState): { from: number; to: number; value: string } | null {
  const { $from } = state.selection;
  const block = $from.parent;
  if (!block.isTextblock) return null;
  const mark = schema.marks["link"]!.isInSet($from.marks()) ?? (block.childAfter($from.parentOffset).node && schema.marks["link"]!.isInSet(block.childAfter($from.parentOffset).node!.marks));
  if (!mark) return null;
  const { index } = block.childAfter(Math.max(0, $from.parentOffset - (mark.isInSet($from.marks()) && $from.nodeBefore && mark.isInSet($from.nodeBefore.marks) ? 1 : 0)));
  let [first, last] = [index, index];
  while (first > 0 && mark.isInSet(block.child(first - 1).marks)) first -= 1;
  while (last + 1 < block.childCount && mark.isInSet(block.child(last + 1).marks)) last += 1;
  const start = $from.start() + block.children.slice(0, first).reduce((sum, child) => sum + child.nodeSize, 0);
  const size = block.children.slice(first, last + 1).reduce((sum, child) => sum + child.nodeSize, 0);
  return { from: start, to: start + size, value: mark.attrs["value"] as string };
}

/** Links the range; where it is empty the address itself becomes the words. `address` null takes the link off. */
export function setLink(from: number, to: number, address: string | null): Command {
  return (state, dispatch) => {
    const type = schema.marks["link"]!;
    const tr = asOneEvent(state.tr);
    if (address === null) tr.removeMark(from, to, type);
    else if (from === to) tr.insert(from, schema.text(address, [type.create({ value: linkValue(address) })]));
    else tr.removeMark(from, to, type).addMark(from, to, type.create({ value: linkValue(address) }));
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

const enter: Command = (state, dispatch) => {
  const { $from, $to, empty } = state.selection;
  const block = blockOf($from.parent);
  const { look, depth } = lookOf(block);
  if (empty && $from.parent.content.size === 0 && look !== "paragraph") {
    return depth > 0 ? outdent(state, dispatch) : changeBlocks(() => withLook(block, "paragraph"))(state, dispatch);
  }
  if (!dispatch) return true;
  const tr = asOneEvent(state.tr);
  if (!empty) tr.deleteSelection();
  const position = tr.mapping.map($from.pos);
  const $position = tr.doc.resolve(position);
  if (look === "heading" && $position.parentOffset === 0 && $position.parent.content.size > 0) {
    // Enter before a heading makes room above it and leaves the heading what it is.
    tr.insert($position.before(), emptyBlock());
  } else {
    const isAtEnd = $to.parentOffset === $to.parent.content.size;
    splitAt(tr, position, look === "heading" && isAtEnd ? withLook(block, "paragraph") : following(block));
    tr.setSelection(TextSelection.create(tr.doc, position + 2)).setStoredMarks(state.storedMarks ?? (isAtEnd ? [] : $from.marks()));
  }
  dispatch(tr.scrollIntoView());
  return true;
};

/** What a block goes on as after Enter: attributes that are not known may name this one thing alone. */
function following(block: Block): Block {
  const { look, level } = lookOf(block);
  return look === "paragraph" ? { ...withLook(block, "paragraph"), parents: block.parents } : { ...withLook(block, look, level), parents: block.parents };
}

const backspace: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0) return false;
  const block = blockOf($from.parent);
  const { look, depth } = lookOf(block);
  if (isListed(look) && depth > 0) return outdent(state, dispatch);
  if (look !== "paragraph") return changeBlocks(() => withLook(block, "paragraph"))(state, dispatch);
  const index = $from.index(0);
  if (index === 0) return false;
  dispatch?.(joinAt(state, index));
  return true;
};

const deleteAtEnd: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const index = $from.index(0);
  if (!empty || $from.parentOffset < $from.parent.content.size || index === state.doc.childCount - 1) return false;
  dispatch?.(joinAt(state, index + 1));
  return true;
};

/** Joins a block to the one before; of an empty one nothing stays, not even its look. */
function joinAt(state: EditorState, index: number): Transaction {
  const start = state.doc.children.slice(0, index).reduce((sum, child) => sum + child.nodeSize, 0);
  const before = state.doc.child(index - 1);
  const [from, to] = before.content.size === 0 ? [start - 2, start] : [start - 1, start + 1];
  return state.tr.step(new ReplaceStep(from, to, Slice.empty)).scrollIntoView();
}

/** From the first letter to the last, so that the first block stays one that letters can be typed into. */
const selectAll: Command = (state, dispatch) => {
  const { doc } = state;
  dispatch?.(state.tr.setSelection(TextSelection.create(doc, 1, doc.content.size - 1)));
  return true;
};

/** Tab belongs to lists only where it has something to do; elsewhere it leaves the text, as everywhere. */
export function keys(openLink: Command): Plugin[] {
  const own: Record<string, Command> = {
    Enter: enter, "Shift-Enter": enter,
    Backspace: chainCommands(undoInputRule, deleteSelection, backspace), "Mod-Backspace": backspace, "Shift-Backspace": chainCommands(deleteSelection, backspace),
    Delete: chainCommands(deleteSelection, deleteAtEnd),
    "Mod-z": chainCommands(undoInputRule, undo), "Mod-y": redo, "Mod-Shift-z": redo,
    "Mod-b": toggleMark("strong"), "Mod-i": toggleMark("em"), "Mod-k": openLink, "Mod-a": selectAll,
    "Mod-Alt-0": toggleLook("paragraph"), "Mod-Alt-1": toggleLook("heading", 1), "Mod-Alt-2": toggleLook("heading", 2), "Mod-Alt-3": toggleLook("heading", 3),
    "Mod-Shift-7": toggleLook("numbered"), "Mod-Shift-8": toggleLook("bulleted"), "Mod-Shift-9": toggleLook("quote"),
    "Mod-Shift-x": nextDirection,
    Tab: indent, "Shift-Tab": outdent, "Mod-]": indent, "Mod-[": outdent,
  };
  return [keymap(own), shiftKeys()];
}

