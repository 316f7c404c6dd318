// Moving an item to another status or place, with the way back in a notice.

import { useCallback } from "react";
import { edits, type EditSeen } from "../../engine/edit";
import type { Edit, Item, ItemId, PlanItem, Position, Status } from "../../engine/types";
import { useText } from "../../i18n/text";
import { toast } from "../../parts/toast";
import { positionOf } from "./arrange";
import { statusOf } from "./rules";

export type Move = (item: Item<PlanItem>, to: { status?: Status; position?: Position | null }) => Promise<boolean>;

/** Gives whether anything was moved. `order` is that of all items of the plan, shown or not. */
export function useMove({ edit }: EditSeen, order: readonly ItemId[]): Move {
  const { t } = useText();
  return useCallback(
    async (item, { status = statusOf(item), position = null }) => {
      const at = ["items", item.id];
      const isChanged = status !== statusOf(item);
      const there: Edit[] = [...(isChanged ? [edits.set(at, "status", status)] : []), ...(position ? [edits.moveTo(at, position)] : [])];
      const back: Edit[] = [...(isChanged ? [edits.set(at, "status", item.status)] : []), ...(position ? [edits.moveTo(at, positionOf(order, item.id))] : [])];
      if (there.length === 0 || !(await edit(...there))) return false;
      toast({ text: isChanged ? t("plan.moved", { status: t(`plan.status_${status}`) }) : t("plan.moved_within"), undo: () => void edit(...back) });
      return true;
    },
    [edit, order, t],
  );
}
