// What changed, ordered for reading: by organisation, person and the item it was done to.

import { compareNames } from "../../arabic/names";
import type { ChangeLine, Piece, Who } from "../../engine/types";
import { grouped } from "./grouped";

/** A change with its place in the engine's answer, by which it is undone. */
export type Line = { change: ChangeLine; index: number };
export type ItemGroup = { at: string[]; about: string | null; lines: Line[] };
export type PersonGroup = { who: Who; items: ItemGroup[]; fromMs: number; toMs: number };
export type OrganisationGroup = { organisation: string | null; people: PersonGroup[] };

const nobody: Who = { member: null, device: null, name: null, organisation: null, is_me: false };
const keyOf = ({ member, device, name }: Who) => member ?? device ?? name ?? "";

/** A change of several people stands with the last of them. Organisations are in the order of names, those without one last. */
export function byOrganisation(changes: readonly ChangeLine[]): OrganisationGroup[] {
  const lines = changes.map((change, index) => ({ change, index }));
  const author = ({ change }: Line) => change.by[change.by.length - 1] ?? nobody;
  return grouped(lines, (line) => author(line).organisation?.trim() || null)
    .map(([organisation, own]) => ({ organisation, people: byPerson(own, author) }))
    .toSorted((one, other) => Number(one.organisation === null) - Number(other.organisation === null) || compareNames(one.organisation ?? "", other.organisation ?? ""));
}

function byPerson(lines: readonly Line[], author: (line: Line) => Who): PersonGroup[] {
  return grouped(lines, (line) => keyOf(author(line))).map(([, own]) => {
    const times = own.map(({ change }) => change.at_ms);
    return {
      who: author(own[0]!),
      fromMs: Math.min(...times),
      toMs: Math.max(...times),
      items: grouped(own, ({ change }) => change.at.join("/")).map(([, same]) => ({
        at: same[0]!.change.at, about: same.find(({ change }) => change.about)?.change.about ?? null, lines: same,
      })),
    };
  });
}

/** Everyone who changed something, once each, by organisation. */
export function authors(changes: readonly ChangeLine[]): [string | null, Who[]][] {
  return byOrganisation(changes).map(({ organisation, people }) => [organisation, people.map(({ who }) => who)]);
}

export type ShownPiece = Piece | { piece: "elided"; text: "" };
/** So many letters of what stayed are enough to recognise the place. */
const contextLength = 60;

/** The pieces with long unchanged stretches left out, cut between words. */
export function shortened(pieces: readonly Piece[], context = contextLength): ShownPiece[] {
  return pieces.flatMap((piece, index): ShownPiece[] => {
    if (piece.piece !== "kept" || piece.text.length <= context * 2) return [piece];
    const [isFirst, isLast] = [index === 0, index === pieces.length - 1];
    const head = isFirst ? "" : piece.text.slice(0, context).replace(/\S*$/u, "");
    const tail = isLast ? "" : piece.text.slice(-context).replace(/^\S*/u, "");
    return [
      ...(head ? [{ piece: "kept" as const, text: head }] : []),
      { piece: "elided", text: "" },
      ...(tail ? [{ piece: "kept" as const, text: tail }] : []),
    ];
  });
}
