// Recommendations become items of a plan, linked both ways. Their owner and date stay empty until someone says them.

import { useState } from "react";
import { useSend } from "../../engine/edit";
import { announce } from "../../engine/store";
import type { DocumentName, ItemId } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Select } from "../../parts/choices";
import { TextField } from "../../parts/fields";
import { Dialog } from "../../parts/overlays";
import { toast } from "../../parts/toast";
import { useConference } from "./context";
import { type OpenedPlan, usePlans } from "./views";

/** What stands for a plan that does not exist yet. */
export const newPlan = "new";

export type PlanChoice = { plan: string | null; title: string };

/** Plans of the conference's own space come first, since its members share them. */
function chosenOf(choice: PlanChoice, plans: OpenedPlan[], space: string): string {
  return choice.plan ?? plans.find(({ name }) => name.space === space)?.name.document ?? newPlan;
}

export function PlanChooser({ choice, onChange }: { choice: PlanChoice; onChange: (choice: PlanChoice) => void }) {
  const { t } = useText();
  const { name } = useConference();
  const { plans } = usePlans();
  const chosen = chosenOf(choice, plans, name.space);
  const options = [...plans.map(({ name: { document }, plan }) => ({ id: document, label: plan.title ?? t("conference.nameless") })), { id: newPlan, label: t("conference.new_plan") }];
  return (
    <div className="stack">
      <Select label={t("conference.plan")} options={options} value={chosen} onChange={(plan) => onChange({ ...choice, plan })} />
      {chosen === newPlan && <TextField label={t("conference.plan_title")} value={choice.title} onChange={(title) => onChange({ ...choice, title })} />}
    </div>
  );
}

/** Makes plan items of recommendations in the chosen plan, which is made first where it is new; gives the plan. */
export function useCarryOut() {
  const { t } = useText();
  const send = useSend();
  const { name, conference } = useConference();
  const { plans } = usePlans();
  const suggested = t("conference.plan_of", { conference: conference.title ?? t("conference.conference") });
  const carryOut = async (recommendations: ItemId[], choice: PlanChoice): Promise<DocumentName | undefined> => {
    const chosen = chosenOf(choice, plans, name.space);
    const known = plans.find((each) => each.name.document === chosen)?.name;
    const plan = known ?? (await send("create", { space: name.space, kind: "plan", title: choice.title.trim() || suggested, edits: [] }));
    if (!plan || (await send("carry_out", { conference: name, recommendations, plan })) === undefined) return undefined;
    announce([name, plan].map((changed) => ({ event: "document_changed" as const, name: changed, by: [] })));
    return plan;
  };
  return { carryOut, suggested };
}

export function CarryOut({ recommendations, isOpen, onClose }: { recommendations: ItemId[]; isOpen: boolean; onClose: () => void }) {
  const { t } = useText();
  const { carryOut, suggested } = useCarryOut();
  const [choice, setChoice] = useState<PlanChoice>({ plan: null, title: suggested });
  const [isPending, setIsPending] = useState(false);
  const carry = async () => {
    setIsPending(true);
    const plan = await carryOut(recommendations, choice);
    setIsPending(false);
    if (!plan) return;
    toast({ text: t("conference.carried", { count: recommendations.length }) });
    onClose();
  };
  return (
    <Dialog title={t("conference.carry", { count: recommendations.length })} isOpen={isOpen} onClose={onClose} actions={
      <>
        <Button onPress={onClose}>{t("common.cancel")}</Button>
        <Button look="primary" isWriting isPending={isPending} onPress={() => void carry()}>{t("conference.make_plan_items", { count: recommendations.length })}</Button>
      </>
    }>
      <div className="stack">
        <PlanChooser choice={choice} onChange={setChoice} />
        <p className="soft small">{t("conference.owner_needed")}</p>
      </div>
    </Dialog>
  );
}
