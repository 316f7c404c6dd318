// The plans of the shown space, each with what in it waits for someone.

import { useState } from "react";
import { go } from "../app/router";
import { mayWriteIn } from "../app/write";
import { useSend } from "../engine/edit";
import { useQuery } from "../engine/query";
import { useApp, useSpace } from "../engine/store";
import type { DocumentLine, SpaceView } from "../engine/types";
import { useText } from "../i18n/text";
import { Button, To } from "../parts/Button";
import { TextField } from "../parts/fields";
import { Dialog } from "../parts/overlays";
import { ReadOnly } from "../parts/ReadOnly";
import { Answer, Empty, StandingNotice } from "../parts/states";
import { Bdi, Heading } from "../parts/words";
import { isOpen } from "./plan/rules";
import { type Condition, kept, meets } from "./plan/shown";
import { useToday } from "./plan/today";
import "./plan.css";
import "./plan/item-marks.css";

export default function Plans() {
  const { t } = useText();
  const space = useSpace();
  const query = useQuery("documents", space && { space: space.space, kind: "plan" });
  return (
    <ReadOnly when={!space || !mayWriteIn(space)}>
      <Heading actions={space && <NewPlan space={space} />}>{t("common.plans")}</Heading>
      {space && <StandingNotice space={space} />}
      <Answer query={query}>
        {(lines) => {
          const shown = lines.filter(({ is_binned }) => !is_binned);
          if (shown.length === 0) return <Empty title={t("plan.none")} hint={t("plan.none_hint")} />;
          return <ul className="ruled plans">{shown.map((line) => <li key={line.name.document}><PlanLine line={line} /></li>)}</ul>;
        }}
      </Answer>
    </ReadOnly>
  );
}

function PlanLine({ line }: { line: DocumentLine }) {
  const { t, relative } = useText();
  const { value } = useQuery("document", { name: line.name, heads: null });
  const organisation = useApp().start?.person?.organisation ?? "";
  const today = useToday();
  const items = value?.content.kind === "plan" ? kept(value.content.items) : null;
  const count = (condition: Condition) => items?.filter((item) => meets(item, condition, { today, organisation })).length ?? 0;
  const [late, ownerless, dateless] = [count("late"), count("needs_owner"), count("needs_date")];
  return (
    <To route="plan" params={line.name} className="line plan-line">
      <span className="plan-line-title"><Bdi>{line.title || t("plan.untitled")}</Bdi></span>
      <span className="plan-line-counts soft small">
        {items?.length === 0 && <span>{t("plan.no_items")}</span>}
        {items && items.length > 0 && <span>{t("plan.open_count", { count: items.filter(isOpen).length })}</span>}
        {late > 0 && <span className="is-late">{t("plan.late_count", { count: late })}</span>}
        {ownerless > 0 && <span>{t("plan.owner_count", { count: ownerless })}</span>}
        {dateless > 0 && <span>{t("plan.date_count", { count: dateless })}</span>}
      </span>
      <span className="soft small">{relative(line.last_edit_ms)}</span>
    </To>
  );
}

function NewPlan({ space }: { space: SpaceView }) {
  const { t } = useText();
  const send = useSend();
  const [isOpened, setIsOpened] = useState(false);
  const [title, setTitle] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const create = async () => {
    setIsAsked(true);
    if (!title.trim()) return;
    const name = await send("create", { space: space.space, kind: "plan", title: title.trim(), edits: [] });
    if (name) go("plan", name);
  };
  return (
    <>
      <Button look="primary" icon="add" isWriting onPress={() => setIsOpened(true)}>{t("plan.new_plan")}</Button>
      <Dialog title={t("plan.new_plan")} isOpen={isOpened} onClose={() => setIsOpened(false)}
        actions={<Button look="primary" onPress={() => void create()}>{t("plan.create")}</Button>}>
        <form onSubmit={(event) => { event.preventDefault(); void create(); }}>
          <TextField label={t("plan.plan_title")} value={title} onChange={setTitle} autoFocus error={isAsked && !title.trim() ? t("plan.title_needed") : undefined} />
        </form>
      </Dialog>
    </>
  );
}
