// The plan by status: columns side by side where there is room, one at a time where there is not. Cards are moved by
// mouse, touch and keys, and every card says the same in its menu.

import { pointerIntersection } from "@dnd-kit/collision";
import { Accessibility, AutoScroller, Feedback, PreventSelection } from "@dnd-kit/dom";
import { type DragEndEvent, DragDropProvider, type DragOverEvent, PointerSensor, useDroppable } from "@dnd-kit/react";
import { useSortable } from "@dnd-kit/react/sortable";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { useEditSeen } from "../../engine/edit";
import type { DateText, DocumentName, DocumentView, Item, ItemId, PlanItem, Status } from "../../engine/types";
import { type Text, useText } from "../../i18n/text";
import { Button, To } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Menu } from "../../parts/overlays";
import { useIsReadOnly } from "../../parts/ReadOnly";
import { Written } from "../../parts/words";
import { cardOver, type Columns, columnOf, positionFor, type Step, stepped } from "./arrange";
import { Count } from "./Filters";
import { ItemMarks, shortWording } from "./ItemMarks";
import { type Move, useMove } from "./move";
import { statuses, statusOf } from "./rules";
import { useWidth } from "./width";

type Card = Item<PlanItem>;
type BoardProps = { view: DocumentView; items: readonly Card[]; all: readonly Card[]; today: DateText; openItem: ItemId | undefined; address: string | undefined };

/** Below this the five columns would be too narrow to read. */
const columnsWidthMin = 720;
/** Cards beyond this wait behind a button, since each is a target while one is dragged. */
const cardsShownFirst = 60;

function byStatus(items: readonly Card[]): Columns {
  const columns: Columns = { open: [], in_progress: [], done: [], not_done: [], not_applicable: [] };
  for (const item of items) columns[statusOf(item)].push(item.id);
  return columns;
}

export function Board({ view, items, all, today, openItem, address }: BoardProps) {
  const text = useText();
  const { t, dir } = text;
  const [width, measure] = useWidth();
  const order = useMemo(() => all.map(({ id }) => id), [all]);
  const cards = useMemo(() => new Map(items.map((item) => [item.id, item])), [items]);
  const move = useMove(useEditSeen(view), order);
  const settled = useMemo(() => byStatus(items), [items]);
  // While a card is dragged, and until the plan itself says the same.
  const [dragged, setDragged] = useState<Columns | null>(null);
  /** The card that is moved by keys, and what was last said of one. */
  const [held, setHeld] = useState<ItemId | null>(null);
  const [said, setSaid] = useState("");
  /** A card that changes its column is made anew there, so that the focus has to follow it, to the same part of it, until
   *  it is taken elsewhere. */
  const followed = useRef<{ card: ItemId; part: ".grip" | ".to-menu" } | null>(null);
  const board = useRef<HTMLDivElement>(null);
  useEffect(() => setDragged(null), [settled]);
  const columns = dragged ?? settled;
  useEffect(() => {
    if (!followed.current || document.activeElement !== document.body) return;
    const { card, part } = followed.current;
    const shown = board.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(card)}"] ${part}`);
    // On a phone a card that was sent to another status is out of sight; the way there is the switch.
    (shown ?? board.current?.querySelector<HTMLElement>(".board-switch input:checked"))?.focus();
  }, [columns]);
  const latest = useRef(columns);
  latest.current = columns;
  const [chosen, setChosen] = useState<Status>(() => (openItem ? columnOf(settled, openItem) : null) ?? statuses.find((status) => settled[status].length > 0) ?? "open");
  const isWide = width >= columnsWidthMin;

  const onDragOver = (event: DragOverEvent) => {
    // The cards are React's to move, not the library's.
    event.preventDefault();
    const { source, target, position } = event.operation;
    if (!source || !target) return;
    const status = statuses.find((each) => target.id === columnId(each));
    const middle = target.shape?.center.y ?? 0;
    const over = status ? { column: status } : { card: String(target.id), isAfter: isAfter(latest.current, String(source.id), String(target.id), position.current.y > middle) };
    const next = cardOver(latest.current, String(source.id), over);
    if (next !== latest.current) setDragged(next);
  };
  const onDragEnd = (event: DragEndEvent) => {
    const { source, target } = event.operation;
    const item = source && cards.get(String(source.id));
    if (event.canceled || !item) return setDragged(null);
    const switched = statuses.find((each) => target?.id === switchId(each));
    if (switched) {
      setDragged(null);
      return void move(item, { status: switched });
    }
    putDown(item);
  };
  const putDown = (item: Card) => {
    const status = columnOf(latest.current, item.id) ?? statusOf(item);
    const isMoved = latest.current[status].join() !== settled[status].join();
    if (!isMoved) return setDragged(null);
    // Once the plan itself says so the dragged columns are forgotten, and at once if it refuses.
    void move(item, { status, position: positionFor(order, latest.current[status], item.id) }).then((isDone) => isDone || setDragged(null));
  };
  const onGripKey = (event: KeyboardEvent, item: Card) => {
    const isHeld = held === item.id;
    if (event.key === " " || event.key === "Enter" || (isHeld && event.key === "Tab")) {
      if (event.key !== "Tab") event.preventDefault();
      if (!isHeld) return setHeld(item.id);
      setHeld(null);
      setSaid(t("plan.drag_ended", { status: t(`plan.status_${columnOf(latest.current, item.id) ?? statusOf(item)}`) }));
      if (event.key !== "Tab" && latest.current !== settled) followed.current = { card: item.id, part: ".grip" };
      return putDown(item);
    }
    if (!isHeld) return;
    if (event.key === "Escape") {
      if (latest.current !== settled) followed.current = { card: item.id, part: ".grip" };
      setHeld(null);
      setSaid(t("plan.drag_cancelled"));
      return setDragged(null);
    }
    const step = stepOf(event.key, dir);
    if (!step) return;
    event.preventDefault();
    const next = stepped(latest.current, item.id, step);
    if (next === latest.current) return;
    followed.current = { card: item.id, part: ".grip" };
    setDragged(next);
    setChosen(columnOf(next, item.id) ?? chosen);
  };

  const moveByMenu: Move = (item, to) => {
    followed.current = { card: item.id, part: ".to-menu" };
    return move(item, to);
  };
  const column = (status: Status) => (
    <Column key={status} status={status} ids={columns[status]} cards={cards} {...{ today, openItem, address, name: view.name, move: moveByMenu, order, isWide, held, onGripKey }} />
  );
  const plugins = useMemo(() => announcing(text, () => latest.current), [text]);
  return (
    <DragDropProvider sensors={sensors} plugins={plugins} onDragOver={onDragOver} onDragEnd={onDragEnd}>
      <p className="only-heard" aria-live="assertive">{held ? placeSaid(text, columns, held) : said}</p>
      <div ref={(element) => { board.current = element; measure(element); }} className={isWide ? "board is-wide" : "board"} onBlur={() => (followed.current = null)}>
        {isWide ? statuses.map(column) : (
          <>
            <RadioGroup className="board-switch" aria-label={t("plan.status")} orientation="horizontal" value={chosen} onChange={(status) => setChosen(status as Status)}>
              {statuses.map((status) => <Switch key={status} status={status} label={t(`plan.status_${status}`)} count={settled[status].length} />)}
            </RadioGroup>
            {column(chosen)}
          </>
        )}
      </div>
    </DragDropProvider>
  );
}

/** Above cards that the dragged one merely overlaps, below the card that the pointer is on. */
const columnPriority = 2.5;

/** Keys are ours: the library goes by distances on the screen, which skips cards of unlike heights. */
const sensors = [PointerSensor];

/** Arrows go the way they point: the next column is to the left in Arabic. */
function stepOf(key: string, dir: "rtl" | "ltr"): Step | null {
  if (key === "ArrowUp") return "up";
  if (key === "ArrowDown") return "down";
  if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
  return (key === "ArrowLeft") === (dir === "rtl") ? "next" : "previous";
}

const columnId = (status: Status) => `column ${status}`;
const switchId = (status: Status) => `switch ${status}`;

/** Within its own column a card takes the place of the one it comes over; from another it goes by the middle. */
function isAfter(columns: Columns, card: ItemId, over: ItemId, isBelow: boolean): boolean {
  const column = columnOf(columns, over);
  if (!column || !columns[column].includes(card)) return isBelow;
  return columns[column].indexOf(card) < columns[column].indexOf(over);
}

/** Where a held card is now, for those who hear the board. */
function placeSaid({ t, number }: Text, columns: Columns, card: ItemId): string {
  const status = columnOf(columns, card);
  if (!status) return "";
  return t("plan.drag_over", { status: t(`plan.status_${status}`), place: number(columns[status].indexOf(card) + 1), count: number(columns[status].length) });
}

/** The library's plugins, speaking the page's language. */
function announcing({ t }: Text, columns: () => Columns) {
  type Told = { operation: { source: { id: unknown } | null } };
  return [
    // Only close to the edges, since the buttons that a card may be dropped on lie near the upper one.
    AutoScroller.configure({ threshold: { x: 0.1, y: 0.1 } }),
    PreventSelection,
    Accessibility.configure({
      screenReaderInstructions: { draggable: t("plan.drag_help") },
      announcements: {
        dragstart: () => t("plan.drag_started"),
        dragend: ({ operation: { source }, canceled }: Told & { canceled: boolean }) => {
          const status = source && columnOf(columns(), String(source.id));
          return canceled || !status ? t("plan.drag_cancelled") : t("plan.drag_ended", { status: t(`plan.status_${status}`) });
        },
      },
    }),
    Feedback.configure({ dropAnimation: null, keyboardTransition: null }),
  ];
}

/** On a phone a card may also be dropped on another status's button. */
function Switch({ status, label, count }: { status: Status; label: string; count: number }) {
  const { ref, isDropTarget } = useDroppable({ id: switchId(status), accept: "card", collisionDetector: pointerIntersection });
  return (
    <Radio ref={ref} value={status} className={isDropTarget ? "segment is-target" : "segment"}>
      {label}
      <Count of={count} />
    </Radio>
  );
}

type ColumnProps = {
  status: Status; ids: readonly ItemId[]; cards: ReadonlyMap<ItemId, Card>; today: DateText; openItem: ItemId | undefined; address: string | undefined; name: DocumentName;
  move: Move; order: readonly ItemId[]; isWide: boolean; held: ItemId | null; onGripKey: (event: KeyboardEvent, item: Card) => void;
};

function Column({ status, ids, cards, isWide, ...rest }: ColumnProps) {
  const { t } = useText();
  const { ref, isDropTarget } = useDroppable({ id: columnId(status), accept: "card", collisionDetector: pointerIntersection, collisionPriority: columnPriority });
  const [shownMax, setShownMax] = useState(cardsShownFirst);
  const hidden = ids.length - shownMax;
  return (
    <section className={isDropTarget ? "board-column is-target" : "board-column"} ref={ref} aria-label={t(`plan.status_${status}`)} data-empty={ids.length === 0 || undefined}>
      {isWide && <h2 className="board-head">{t(`plan.status_${status}`)} <Count of={ids.length} /></h2>}
      {ids.length === 0 && <p className="soft small board-none">{t("plan.column_empty")}</p>}
      <ul className="ruled">
        {ids.slice(0, shownMax).map((id, index) => {
          const item = cards.get(id);
          return item && <BoardCard key={id} item={item} index={index} status={status} column={ids} {...rest} />;
        })}
      </ul>
      {hidden > 0 && <Button look="quiet" onPress={() => setShownMax(shownMax + cardsShownFirst)}>{t("plan.show_more", { count: Math.min(hidden, cardsShownFirst) })}</Button>}
    </section>
  );
}

function BoardCard({ item, index, status, column, today, openItem, address, name, move, order, held, onGripKey }: Omit<ColumnProps, "ids" | "cards" | "isWide"> & {
  item: Card; index: number; column: readonly ItemId[];
}) {
  const { t } = useText();
  const isReadOnly = useIsReadOnly();
  const { ref, handleRef, isDragSource } = useSortable({ id: item.id, index, group: columnId(status), type: "card", accept: "card", disabled: isReadOnly, transition: null });
  const params = { ...name, item: item.id, view: address };
  const wording = shortWording(item.wording) || t("plan.no_wording");
  const step = (by: -1 | 1) => {
    const moved = column.toSpliced(index, 1).toSpliced(index + by, 0, item.id);
    return { position: positionFor(order, moved, item.id) };
  };
  return (
    <li ref={ref} data-card={item.id} className={isDragSource || held === item.id ? "card is-dragged" : "card"} aria-current={openItem === item.id || undefined}>
      <To route="plan-item" params={params} className="card-words">
        <span className="text" dir="auto"><Written text={item.wording || t("plan.no_wording")} /></span>
      </To>
      <ItemMarks item={item} today={today} />
      {!isReadOnly && (
        <div className="card-tools not-printed">
          <Menu label={t("plan.card_menu", { wording })} trigger={<Button look="quiet" label={t("plan.card_menu", { wording })} className="small to-menu">{t("plan.move_to")}</Button>}
            entries={[
              ...statuses.filter((each) => each !== statusOf(item)).map((each) => ({ id: each, label: t(`plan.status_${each}`), onAction: () => void move(item, { status: each }) })),
              "line" as const,
              { id: "up", label: t("plan.move_up"), isDisabled: index === 0, onAction: () => void move(item, step(-1)) },
              { id: "down", label: t("plan.move_down"), isDisabled: index === column.length - 1, onAction: () => void move(item, step(1)) },
            ]} />
          <button type="button" ref={handleRef} className="grip" aria-pressed={held === item.id} onKeyDown={(event) => onGripKey(event, item)} aria-label={t("plan.drag", { wording })} aria-roledescription={t("plan.drag_role")}><Icon name="grip" size={18} /></button>
        </div>
      )}
    </li>
  );
}
