// Whether what is on the screen may be changed: fields and writing buttons below a `ReadOnly` follow it.

import { createContext, type ReactNode, useContext } from "react";
import { useIsStopped } from "../engine/store";

const Context = createContext(false);

/** Makes everything inside read-only while `when`; text stays selectable. */
export function ReadOnly({ when, children }: { when: boolean; children: ReactNode }) {
  const isAround = useContext(Context);
  return <Context value={when || isAround}>{children}</Context>;
}

/** True also while the device's disk fails. */
export function useIsReadOnly(): boolean {
  const isAround = useContext(Context);
  return useIsStopped() || isAround;
}
