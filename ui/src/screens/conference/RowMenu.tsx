// What can be done with one item of a list: moving it, taking it out, and what belongs to its kind.

import type { Edit, ItemId, Position } from "../../engine/types";
import { edits } from "../../engine/edit";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Menu, type MenuEntry } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { useConference } from "./context";
import { moved, placeDown, placeOf, placeUp } from "./order";

type RowMenuProps = {
  /** Names the item, for the menu's name and the notices. */
  about: string;
  /** The path of the collection. */
  of: string[];
  id: ItemId;
  /** Every item of the collection in its stored order, and those among which it is shown. */
  all: ItemId[]; shown: ItemId[];
  entries?: MenuEntry[];
  /** What else a move changes, as numbers. */
  alongside?: (order: ItemId[]) => { does: Edit[]; undoes: Edit[] };
};

export function RowMenu({ about, of, id, all, shown, entries = [], alongside }: RowMenuProps) {
  const { t } = useText();
  const { doUndoably } = useConference();
  const isReadOnly = useIsReadOnly();
  if (isReadOnly) return null;
  const at = [...of, id];
  const name = about || t("conference.nameless");
  const move = (position: Position | null) => () => {
    if (!position) return;
    const beside = alongside?.(moved(all, id, position)) ?? { does: [], undoes: [] };
    void doUndoably(t("conference.moved", { name }), [edits.moveTo(at, position), ...beside.does], [edits.moveTo(at, placeOf(all, id)), ...beside.undoes]);
  };
  const [up, down] = [placeUp(all, shown, id), placeDown(shown, id)];
  return (
    <Menu
      label={name}
      trigger={<Button look="quiet" icon="more" label={t("conference.more_of", { name })} className="not-printed" />}
      entries={[
        ...entries, ...(entries.length > 0 ? (["line"] as const) : []),
        { id: "up", label: t("conference.move_up"), onAction: move(up), isDisabled: !up },
        { id: "down", label: t("conference.move_down"), onAction: move(down), isDisabled: !down },
        "line",
        { id: "remove", label: t("common.remove"), icon: "bin", isDangerous: true, onAction: () => void doUndoably(t("conference.removed", { name }), [edits.remove(at)], [edits.restore(at)]) },
      ]}
    />
  );
}
