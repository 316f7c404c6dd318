// What was put in the bin, with the way back. Nothing leaves it by itself.

import { mayWriteIn } from "../app/write";
import { edits, useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useSpace } from "../engine/store";
import type { DocumentLine, DocumentName } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, Empty, StandingNotice } from "../parts/states";
import { toast } from "../parts/toast";
import { Bdi, Heading } from "../parts/words";
import "./members.css";

export default function Bin() {
  const { t } = useText();
  const space = useSpace();
  const query = useQuery("documents", space && { space: space.space, kind: null, only: "binned" });
  const conferences = useQuery("documents", space && { space: space.space, kind: "conference" });
  const plans = useQuery("documents", space && { space: space.space, kind: "plan" });
  return (
    <ReadOnly when={!space || !mayWriteIn(space)}>
      <Heading>{t("common.bin")}</Heading>
      {space && <StandingNotice space={space} />}
      <Answer query={query}>
        {(binned) => {
          // A plan or conference holds items that were removed from it.
          const holders = [...(conferences.value ?? []), ...(plans.value ?? [])].filter((line) => !line.is_binned);
          return (
            <>
              {binned.length === 0 ? <Empty title={t("sync.bin_empty")} hint={t("sync.bin_empty_hint")} /> : <Documents lines={binned} />}
              {holders.map((line) => <Items key={line.name.document} line={line} />)}
            </>
          );
        }}
      </Answer>
    </ReadOnly>
  );
}

function useRestore() {
  const { t } = useText();
  const send = useSend();
  return async (name: DocumentName, at: string[]) => {
    if ((await send("edit", { name, edits: [edits.restore(at)] })) !== undefined) toast({ text: t("sync.restored") });
  };
}

function Documents({ lines }: { lines: DocumentLine[] }) {
  const { t, relative } = useText();
  const restore = useRestore();
  return (
    <ul className="ruled">
      {lines.map((line) => (
        <li key={line.name.document} className="spread invite">
          <To route={line.kind} params={line.name} className="line"><Bdi>{line.title || line.first_words || t("sync.untitled")}</Bdi> <span className="soft small">{relative(line.last_edit_ms)}</span></To>
          <Button isWriting icon="undo" onPress={() => void restore(line.name, [])}>{t("common.restore")}</Button>
        </li>
      ))}
    </ul>
  );
}

function Items({ line }: { line: DocumentLine }) {
  const { t, relative } = useText();
  const restore = useRestore();
  const query = useQuery("binned_items", { name: line.name });
  if (!query.value?.length) return null;
  return (
    <section className="section">
      <h2>{t("sync.removed_from")} <To route={line.kind} params={line.name}><Bdi>{line.title || t("sync.untitled")}</Bdi></To></h2>
      <ul className="ruled">
        {query.value.map(({ at, about, deleted_at_ms }) => (
          <li key={at.join("/")} className="spread invite">
            <span><Bdi>{about || t("sync.untitled")}</Bdi> <span className="soft small">{relative(deleted_at_ms)}</span></span>
            <Button isWriting icon="undo" onPress={() => void restore(line.name, at)}>{t("common.restore")}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
