// What the device's data is encrypted with, and whether it waits for its key.

import { useEffect, useState } from "react";
import { call, type ResultOf } from "./bridge";

export type Lock = ResultOf<"lock_state">;

/** Undefined until the engine has answered; the function asks again. */
export function useLock(): [Lock | undefined, () => void] {
  const [lock, setLock] = useState<Lock>();
  const ask = () => void call("lock_state", {}).then(setLock, () => {});
  useEffect(ask, []);
  return [lock, ask];
}
