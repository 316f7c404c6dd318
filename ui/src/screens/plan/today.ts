// The present day, which changes while the app stays open over midnight.

import { useEffect, useState } from "react";
import { dayOf } from "../../arabic/dates";
import type { DateText } from "../../engine/types";

const lookMs = 60_000;

export function useToday(): DateText {
  const [today, setToday] = useState(() => dayOf(Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setToday(dayOf(Date.now())), lookMs);
    return () => clearInterval(timer);
  }, []);
  return today;
}
