// The recommendations in their exact wording, each with its number hanging in the margin.

import { useState } from "react";
import { go } from "../../app/router";
import { edits, newId } from "../../engine/edit";
import type { Edit, Item, ItemId, Recommendation } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Empty } from "../../parts/states";
import { Bdi, Hanging, Organisation } from "../../parts/words";
import { present } from "./timetable";
import { CarriedBy } from "./CarriedBy";
import { CarryOut } from "./CarryOut";
import { useConference } from "./context";
import { WordsInPlace } from "./InPlace";
import { renumbered } from "./order";
import { Rivals } from "../looking/Rivals";
import { RowMenu } from "./RowMenu";
import { usePlans } from "./views";

type One = Item<Recommendation>;

/** The number that a further recommendation takes. */
export function nextNumber(recommendations: One[]): number {
  return Math.max(0, ...recommendations.map(({ number }) => number ?? 0)) + 1;
}

/** What a new order does to the numbers of a counted list. */
function numbering(shown: One[]) {
  return (order: ItemId[]): { does: Edit[]; undoes: Edit[] } => {
    const ids = new Set(shown.map(({ id }) => id));
    const changes = renumbered(shown, order.filter((id) => ids.has(id)));
    const set = (id: ItemId, number: number | null) => edits.set(["recommendations", id], "number", number);
    return {
      does: changes.map(({ id, number }) => set(id, number)),
      undoes: changes.map(({ id }) => set(id, shown.find((each) => each.id === id)!.number)),
    };
  };
}

/** The first words, to name a recommendation by. */
export function beginning(wording: string): string {
  const words = wording.trim().split(/\s+/);
  return words.slice(0, 6).join(" ") + (words.length > 6 ? "…" : "");
}

export function Recommendations() {
  const { t } = useText();
  const { name, view, conference, change } = useConference();
  const { plans } = usePlans();
  const isReadOnly = useIsReadOnly();
  const [carried, setCarried] = useState<ItemId[] | null>(null);
  const [isPending, setIsPending] = useState(false);
  const shown = present(conference.recommendations);
  const uncarried = shown.filter(({ carried_by }) => carried_by.length === 0).map(({ id }) => id);
  const add = async () => {
    setIsPending(true);
    const id = newId();
    const isTaken = await change(edits.add(["recommendations"], id), edits.set(["recommendations", id], "number", nextNumber(shown)));
    setIsPending(false);
    if (isTaken) go("recommendation", { ...name, item: id });
  };
  const actions = (
    <div className="row not-printed">
      <Button look={shown.length === 0 ? "primary" : "plain"} icon="statement" isWriting onPress={() => go("paste-statement", name)}>{t("conference.paste_statement")}</Button>
      <Button icon="add" isWriting isPending={isPending} onPress={() => void add()}>{t("conference.add_recommendation")}</Button>
      {uncarried.length > 0 && <Button icon="plans" isWriting onPress={() => setCarried(uncarried)}>{t("conference.carry_all", { count: uncarried.length })}</Button>}
    </div>
  );
  if (shown.length === 0) return <Empty title={t("conference.recommendations_empty")} hint={isReadOnly ? undefined : t("conference.recommendations_empty_hint")}>{!isReadOnly && actions}</Empty>;
  return (
    <div className="stack">
      <ol className="recommendations">
        {shown.map((one, index) => (
          <li key={one.id} className="recommendation">
            {one.axis && one.axis !== shown[index - 1]?.axis && <h3 className="recommendation-axis"><Bdi>{one.axis}</Bdi></h3>}
            <Hanging numeral={one.number}>
              <WordsInPlace at={["recommendations", one.id]} field="wording" label={t("conference.wording")} value={one.wording} empty={t("conference.wording_empty")} />
              <div className="spread">
                <div className="small recommendation-facts">
                  {one.duration && <span>{t(`conference.${one.duration}`)}</span>}
                  {one.addressees.map((addressee) => <Organisation key={addressee} name={addressee} />)}
                  <CarriedBy links={one.carried_by} plans={plans} />
                  <To route="recommendation" params={{ ...name, item: one.id }} className="link not-printed" label={t("conference.details_of", { name: beginning(one.wording) })}>{t("conference.details")}</To>
                </div>
                <RowMenu about={beginning(one.wording)} of={["recommendations"]} id={one.id} all={conference.recommendations.map(({ id }) => id)} shown={shown.map(({ id }) => id)} alongside={numbering(shown)}
                  entries={[
                    { id: "open", label: t("common.open"), icon: "forward", onAction: () => go("recommendation", { ...name, item: one.id }) },
                    { id: "carry", label: t("conference.make_plan_item"), icon: "plans", onAction: () => setCarried([one.id]) },
                  ]} />
              </div>
              <Rivals view={view} at={["recommendations", one.id]} field="number" />
            </Hanging>
          </li>
        ))}
      </ol>
      {!isReadOnly && actions}
      <CarryOut recommendations={carried ?? []} isOpen={carried !== null} onClose={() => setCarried(null)} />
    </div>
  );
}
