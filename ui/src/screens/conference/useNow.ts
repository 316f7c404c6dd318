// The device's clock, as often as a screen that shows the present needs it.

import { useEffect, useState } from "react";
import { dayOf, timeOf } from "../../arabic/dates";
import type { Now } from "./timetable";

const everyMs = 15_000;

export function useNow(): Now {
  const read = () => ({ day: dayOf(Date.now()), time: timeOf(Date.now()) });
  const [now, setNow] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => setNow((old) => {
      const next = read();
      return old.day === next.day && old.time === next.time ? old : next;
    }), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
