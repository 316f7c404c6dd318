// The width of an element, for layouts that need different elements and not only a different style.

import { useCallback, useRef, useState } from "react";

/** 0 until it is known. */
export function useWidth(): [number, (element: Element | null) => void] {
  const [width, setWidth] = useState(0);
  const observer = useRef<ResizeObserver | null>(null);
  const measure = useCallback((element: Element | null) => {
    observer.current?.disconnect();
    if (!element || typeof ResizeObserver === "undefined") return;
    setWidth(element.getBoundingClientRect().width);
    observer.current = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.current.observe(element);
  }, []);
  return [width, measure];
}
