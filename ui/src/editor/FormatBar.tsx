// The format bar: what the selected text is, and buttons that change it without taking the caret or the keyboard away.

import { useSyncExternalStore } from "react";
import type { Command } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { ToggleButton, Toolbar } from "react-aria-components";
import { useText } from "../i18n/text";
import { Icon, type IconName } from "../parts/Icon";
import { linkAround, nextDirection, nextHeading, toggleLook, toggleMark } from "./commands";
import { blockOf, directionSet, lookOf, schema } from "./schema";
import type { Session } from "./session";
import { redo, undo } from "./undo";

/** What is on under the caret, as one text, so that the bar is drawn anew only when it differs. */
function stateOf({ state }: Session): string {
  const { $from, from, to, empty } = state.selection;
  const { look, level } = lookOf(blockOf($from.parent));
  const isOn = (name: "strong" | "em") => {
    const type = schema.marks[name]!;
    return empty ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined : state.doc.rangeHasMark(from, to, type);
  };
  return [look, `direction_${directionSet(blockOf($from.parent))}`, level ? `${look}_${level}` : "", isOn("strong") ? "bold" : "", isOn("em") ? "italic" : "", linkAround(state) ? "link" : "", undo(state) ? "undo" : "", redo(state) ? "redo" : ""].join(" ");
}

export function FormatBar({ session, view, askForLink }: { session: Session; view: EditorView; askForLink: () => void }) {
  const { t } = useText();
  const on = new Set(useSyncExternalStore((watcher) => session.watch(watcher), () => stateOf(session)).split(" "));
  const run = (command: Command) => () => {
    command(view.state, view.dispatch, view);
    if (!view.hasFocus()) view.focus();
  };
  const direction = on.has("direction_rtl") ? "rtl" : on.has("direction_ltr") ? "ltr" : "auto";
  const headingLabel = on.has("heading_1") ? t("note.heading_1") : on.has("heading") ? t("note.heading_2") : t("note.heading");
  return (
    <Toolbar className="format-bar" aria-label={t("note.format")}>
      <Tool icon="heading" label={headingLabel} isOn={on.has("heading")} onPress={run(nextHeading)} />
      <Tool icon="bold" label={t("note.bold")} isOn={on.has("bold")} onPress={run(toggleMark("strong"))} />
      <Tool icon="italic" label={t("note.italic")} isOn={on.has("italic")} onPress={run(toggleMark("em"))} />
      <Tool icon="list" label={t("note.bulleted")} isOn={on.has("bulleted")} onPress={run(toggleLook("bulleted"))} />
      <Tool icon="numbered" label={t("note.numbered")} isOn={on.has("numbered")} onPress={run(toggleLook("numbered"))} />
      <Tool icon="quote" label={t("note.quote")} isOn={on.has("quote")} onPress={run(toggleLook("quote"))} />
      <Tool icon={`direction_${direction}`} label={t(`note.direction_${direction}`)} isOn={direction !== "auto"} onPress={run(nextDirection)} />
      <Tool icon="link" label={t("note.link")} isOn={on.has("link")} onPress={askForLink} />
      <Tool icon="undo" label={t("common.undo")} isOn={false} isDisabled={!on.has("undo")} onPress={run(undo)} />
      <Tool icon="redo" label={t("note.redo")} isOn={false} isDisabled={!on.has("redo")} onPress={run(redo)} />
    </Toolbar>
  );
}

function Tool({ icon, label, isOn, isDisabled = false, onPress }: { icon: IconName; label: string; isOn: boolean; isDisabled?: boolean; onPress: () => void }) {
  return (
    <ToggleButton className="tool" aria-label={label} isSelected={isOn} isDisabled={isDisabled} onPress={onPress} preventFocusOnPress>
      <Icon name={icon} />
    </ToggleButton>
  );
}
