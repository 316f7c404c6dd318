// One change, old against new. What was added or taken away is said in words and lines as well as in colour.

import type { ChangeLine, Piece, Plain } from "../../engine/types";
import { useText } from "../../i18n/text";
import { Bdi, Written } from "../../parts/words";
import { useFieldWords } from "./fields";
import { shortened } from "./lines";
import "./looking.css";

/** `named` finds the people that a value names by their id. */
export function ChangeView({ change, named }: { change: ChangeLine; named: (id: string) => string | null }) {
  const { t } = useText();
  switch (change.change) {
    case "field":
      return <p><FieldName field={change.field} /> <Value field={change.field} value={change.old} isOld named={named} /> <Value field={change.field} value={change.new} named={named} /></p>;
    case "key":
      return (
        <p>
          <FieldName field={change.field} />{" "}
          {change.removed.map((key) => <Value key={`- ${key}`} field={change.field} value={key} isOld named={named} />)}
          {change.added.map((key) => <Value key={`+ ${key}`} field={change.field} value={key} named={named} />)}
        </p>
      );
    case "text":
      return (
        <div>
          <p><FieldName field={change.field || (change.at[0] ?? "")} /></p>
          <Pieces pieces={change.pieces} />
        </div>
      );
    default:
      return <p><strong>{t(`looking.was_${change.change}`)}</strong></p>;
  }
}

function FieldName({ field }: { field: string }) {
  const { t } = useText();
  return <span className="soft">{t("looking.title_line", { field: useFieldWords().fieldName(field) })}</span>;
}

function Value({ field, value, isOld = false, named }: { field: string; value: Plain | null; isOld?: boolean; named: (id: string) => string | null }) {
  const { t } = useText();
  const words = useFieldWords().valueWords(field, value, named);
  // What was not said before needs no word; what is taken away does.
  if (words === null) return isOld ? null : <span className="soft">{t("looking.empty_value")}</span>;
  return isOld
    ? <del><span className="only-heard">{t("looking.before")} </span><Bdi>{words}</Bdi></del>
    : <ins><span className="only-heard">{t("looking.after")} </span><Bdi>{words}</Bdi></ins>;
}

export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  const { t } = useText();
  return (
    <p className="text pieces" dir="auto">
      {shortened(pieces).map(({ piece, text }, index) => {
        if (piece === "elided") return <span key={index} className="soft">{` ${t("looking.elided")} `}</span>;
        if (piece === "kept") return <span key={index}><Written text={text} /></span>;
        if (piece === "added") return <ins key={index}><span className="only-heard">{t("looking.added_words")} </span><Written text={text} /></ins>;
        return <del key={index}><span className="only-heard">{t("looking.removed_words")} </span><Written text={text} /></del>;
      })}
    </p>
  );
}
