// A note's words to read: no editor, nothing to press.

import type { ReactNode } from "react";
import type { NoteBlock, Run } from "../../engine/types";
import { directionSet } from "../../editor/schema";
import { useText } from "../../i18n/text";
import { Written } from "../../parts/words";

export function NoteText({ blocks }: { blocks: readonly NoteBlock[] }) {
  const { t } = useText();
  if (blocks.every(({ runs }) => runs.length === 0)) return <p className="soft">{t("looking.no_text")}</p>;
  return <div className="note-text">{blocks.map((block, index) => <Block key={index} block={block} number={numberOf(blocks, index)} />)}</div>;
}

const isListItem = (kind: string) => kind === "ordered-list-item" || kind === "unordered-list-item";

/** The place of a numbered item among the items of its list that stand before it. */
function numberOf(blocks: readonly NoteBlock[], index: number): number {
  const { kind, parents } = blocks[index]!;
  let number = 1;
  for (let at = index - 1; at >= 0; at -= 1) {
    const before = blocks[at]!;
    if (before.parents.length > parents.length) continue;
    if (before.kind !== kind || before.parents.length < parents.length) break;
    number += 1;
  }
  return number;
}

function Block({ block: { kind, parents, attrs, runs }, number }: { block: NoteBlock; number: number }) {
  const text = useText();
  const words = runs.map((run, index) => <Words key={index} run={run} />);
  const isQuoted = kind === "blockquote" || parents.includes("blockquote");
  const depth = parents.filter(isListItem).length;
  const dir = directionSet({ attrs });
  let set: ReactNode;
  if (kind === "heading") set = <p className={attrs["level"] === 1 ? "note-heading is-first" : "note-heading"} dir={dir}>{words}</p>;
  else if (isListItem(kind)) set = <p className="text note-item" dir={dir}><span aria-hidden>{kind === "ordered-list-item" ? `${text.number(number)}. ` : "– "}</span>{words}</p>;
  else set = <p className="text" dir={dir}>{words}</p>;
  return <div className={isQuoted ? "is-quoted" : ""} style={{ marginInlineStart: `${depth * 24}px` }}>{set}</div>;
}

function Words({ run: { text, marks } }: { run: Run }) {
  let words: ReactNode = <Written text={text} />;
  if (marks["em"]) words = <em>{words}</em>;
  if (marks["strong"]) words = <strong>{words}</strong>;
  if (marks["link"]) words = <u>{words}</u>;
  return words;
}
