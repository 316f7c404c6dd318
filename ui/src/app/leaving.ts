// When what was typed must not wait any longer.

import { useEffect, useRef } from "react";

/** Calls back when the app goes into the background, which the system may end at any time, and when the part that asks
 *  leaves the screen. */
export function useLeaving(leave: () => void) {
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    const end = () => latest.current();
    const hide = () => document.visibilityState === "hidden" && end();
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("pagehide", end);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      window.removeEventListener("pagehide", end);
      end();
    };
  }, []);
}
