// One item where it stands in the statement: its number in the margin, its words marked, and when it is open the ways to
// correct it.

import { type KeyboardEvent, type MouseEvent, useState } from "react";
import { newId } from "../../engine/edit";
import { useText } from "../../i18n/text";
import { Button } from "../../parts/Button";
import { Switch } from "../../parts/choices";
import { NumberField } from "../../parts/fields";
import { Bdi, Written } from "../../parts/words";
import { drop, type Found, mergeWithNext, moveEnd, moveSplit, moveStart, splitAt, splitPoint, type Suggestion, suggestionsOf } from "./borders";

type FoundItemProps = { text: string; all: Found[]; index: number; isOpen: boolean; isKnown: boolean; setOpen: (id: string | null) => void; setAll: (all: Found[]) => void };

/** How far into the statement a press was; null where the browser cannot tell. */
function pressedAt({ clientX, clientY }: MouseEvent): number | null {
  const position = document.caretPositionFromPoint?.(clientX, clientY);
  const range = position ? null : document.caretRangeFromPoint?.(clientX, clientY);
  const [node, offset] = position ? [position.offsetNode, position.offset] : range ? [range.startContainer, range.startOffset] : [null, 0];
  const holder = node?.parentElement?.closest<HTMLElement>("[data-start]");
  return holder ? Number(holder.dataset["start"]) + offset : null;
}

export function FoundItem({ text, all, index, isOpen, isKnown, setOpen, setAll }: FoundItemProps) {
  const { t, number, dir } = useText();
  const found = all[index]!;
  const [wanted, setWanted] = useState<number | null>(null);
  const point = splitPoint(text, found, wanted ?? (found.start + found.end) / 2);
  // Each axis counts from one, so that a number alone names several items.
  const name = [number(found.number ?? index + 1), found.axis].filter(Boolean).join("، ");
  const press = (event: MouseEvent) => {
    if (document.getSelection()?.isCollapsed === false) return;
    setOpen(found.id);
    setWanted(pressedAt(event));
  };
  return (
    <div data-axis={found.axis ?? undefined} className={`found ${found.isTaken ? "" : "of-left"} ${isOpen ? "of-open" : ""}`}>
      {found.axis && <p className="small soft found-axis"><Bdi>{found.axis}</Bdi></p>}
      <div className="found-line">
        <button type="button" className="numeral found-numeral" aria-expanded={isOpen} aria-label={t("conference.correct", { name })} onClick={() => setOpen(isOpen ? null : found.id)}>
          {found.number === null ? "—" : number(found.number)}
        </button>
        <span className="found-words" onClick={press}>
          {isOpen && point !== null ? (
            <>
              <Written text={text.slice(found.start, point)} start={found.start} />
              <SplitPoint text={text} found={found} point={point} onMove={setWanted} />
              <Written text={text.slice(point, found.end)} start={point} />
            </>
          ) : (
            <Written text={found.wording} start={found.start} />
          )}
        </span>
      </div>
      {!isOpen && !found.isTaken && <span className="small soft found-left" dir={dir}>{isKnown ? t("conference.already_there") : t("conference.left_out")}</span>}
      {found.isTaken && <Suggestions found={found} set={(accepts) => setAll(all.with(index, { ...found, accepts }))} />}
      {isOpen && <Tools text={text} all={all} index={index} point={point} setOpen={setOpen} setAll={setAll} />}
    </div>
  );
}

/** What its wording suggests stands under every item, to be accepted by one press. */
function Suggestions({ found, set }: { found: Found; set: (accepts: Found["accepts"]) => void }) {
  const { t, dir } = useText();
  const suggested = suggestionsOf(found);
  if (suggested.length === 0) return null;
  const { committee, recurrence, duration } = found;
  const words: Record<Suggestion, string> = {
    committee: committee ? t("conference.suggest_committee", { committee }) : "",
    recurrence: recurrence && recurrence !== "none" ? t("conference.suggest_recurrence", { recurrence: t(`conference.recurrence_${recurrence}`) }) : "",
    duration: duration ? t("conference.suggest_duration", { duration: t(`conference.${duration}`) }) : "",
  };
  return (
    <div className="suggestions not-printed" role="group" aria-label={t("conference.suggestions")} dir={dir}>
      {suggested.map((each) => <Switch key={each} isOn={found.accepts[each]} onChange={(isAccepted) => set({ ...found.accepts, [each]: isAccepted })}>{words[each]}</Switch>)}
    </div>
  );
}

/** Where the item would be parted: moved by a press in the words or by the arrow keys, a word at a time. */
function SplitPoint({ text, found, point, onMove }: { text: string; found: Found; point: number; onMove: (point: number) => void }) {
  const { t, dir } = useText();
  const onKeyDown = (event: KeyboardEvent) => {
    // An arrow goes the way it points, and the words run with their own direction; the statement's is the page's here.
    const ahead = dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const words = event.key === ahead ? 1 : event.key === (dir === "rtl" ? "ArrowRight" : "ArrowLeft") ? -1 : 0;
    if (words === 0) return;
    event.preventDefault();
    onMove(moveSplit(text, found, point, words));
  };
  const before = text.slice(found.start, point).trim().split(/\s+/).at(-1) ?? "";
  return (
    <span role="slider" tabIndex={0} className="split-point" onKeyDown={onKeyDown} aria-label={t("conference.split_point")}
      aria-valuemin={found.start} aria-valuemax={found.end} aria-valuenow={point} aria-valuetext={t("conference.split_after", { word: before })} />
  );
}

function Tools({ text, all, index, point, setOpen, setAll }: Omit<FoundItemProps, "isOpen" | "isKnown"> & { point: number | null }) {
  const { t, dir } = useText();
  const found = all[index]!;
  const set = (part: Partial<Found>) => setAll(all.with(index, { ...found, ...part }));
  return (
    <div className="found-tools not-printed" dir={dir}>
      <div className="row">
        <Switch isOn={found.isTaken} onChange={(isTaken) => set({ isTaken })}>{t("conference.take")}</Switch>
        <div className="found-number"><NumberField label={t("conference.number")} value={found.number} onChange={(value) => set({ number: value === null ? null : Math.round(value) })} min={1} max={999} /></div>
      </div>
      <div className="row" role="group" aria-label={t("conference.beginning")}>
        <span className="small soft tool-name">{t("conference.beginning")}</span>
        <Button onPress={() => setAll(moveStart(text, all, index, -1))}>{t("conference.start_back")}</Button>
        <Button onPress={() => setAll(moveStart(text, all, index, 1))}>{t("conference.start_on")}</Button>
      </div>
      <div className="row" role="group" aria-label={t("conference.ending")}>
        <span className="small soft tool-name">{t("conference.ending")}</span>
        <Button onPress={() => setAll(moveEnd(text, all, index, 1))}>{t("conference.end_on")}</Button>
        <Button onPress={() => setAll(moveEnd(text, all, index, -1))}>{t("conference.end_back")}</Button>
      </div>
      <div className="row">
        <Button isDisabled={point === null} onPress={() => point !== null && setAll(splitAt(text, all, index, point, newId))}>{t("conference.split")}</Button>
        <Button isDisabled={index === all.length - 1} onPress={() => setAll(mergeWithNext(text, all, index))}>{t("conference.merge")}</Button>
        <Button icon="bin" onPress={() => { setAll(drop(all, index)); setOpen(null); }}>{t("conference.drop")}</Button>
      </div>
    </div>
  );
}
