// A name with proposals that is stored when it is chosen or the field is left, not with every letter.

import { useEffect, useRef, useState } from "react";
import { OrganisationMark } from "../../look/OrganisationMark";
import { ComboBox } from "../../parts/choices";

export function NameField({ label, value, names, isOrganisation = false, onCommit }: {
  label: string; value: string | null; names: readonly string[]; isOrganisation?: boolean; onCommit: (name: string | null) => Promise<boolean>;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  const stored = value ?? "";
  const waiting = useRef<string | null>(null);
  // The draft stays until the plan says the same, so that the old name does not flash up in between.
  useEffect(() => setDraft(null), [stored]);
  const commit = async (text: string) => {
    const name = text.trim();
    if (name === stored || name === waiting.current) return;
    waiting.current = name;
    if (!(await onCommit(name || null))) setDraft(null);
    waiting.current = null;
  };
  return (
    <div onBlur={() => draft !== null && void commit(draft)} onKeyDown={(event) => event.key === "Enter" && draft !== null && void commit(draft)}>
      <ComboBox
        label={label}
        value={draft ?? stored}
        options={names.map((name) => ({ id: name, label: name, ...(isOrganisation ? { mark: <OrganisationMark name={name} /> } : {}) }))}
        onChange={(text) => {
          if (text === (draft ?? stored)) return;
          setDraft(text);
          if (names.includes(text)) void commit(text);
        }}
      />
    </div>
  );
}
