// The one place that learns what space keyboard and system bars take, and tells it as CSS variables.

type VirtualKeyboard = EventTarget & { overlaysContent: boolean; boundingRect: DOMRect };

/** A keyboard is higher than this; the bars of a browser that come and go are not. */
const keyboardHeightMin = 120;

/** Keeps `--screen-height`, `--screen-top` and `--keyboard` (all in px) and `data-keyboard` on the root element. */
export function watchInsets(): () => void {
  const root = document.documentElement;
  const viewport = window.visualViewport;
  const keyboard = (navigator as { virtualKeyboard?: VirtualKeyboard }).virtualKeyboard;
  let widest = { width: 0, height: 0 };

  const measure = () => {
    // A pinch makes the visual viewport small too; only a keyboard may move the layout.
    if (viewport && viewport.scale > 1.01) return;
    const height = viewport?.height ?? window.innerHeight;
    const width = viewport?.width ?? window.innerWidth;
    if (width !== widest.width) widest = { width, height };
    widest.height = Math.max(widest.height, height);
    const overlaid = keyboard?.boundingRect.height ?? 0;
    const covered = Math.max(overlaid, widest.height - height);
    const isOpen = covered >= keyboardHeightMin && isWriting();
    root.style.setProperty("--screen-height", `${height - overlaid}px`);
    root.style.setProperty("--screen-top", `${viewport?.offsetTop ?? 0}px`);
    root.style.setProperty("--keyboard", `${isOpen ? covered : 0}px`);
    const wasOpen = root.hasAttribute("data-keyboard");
    root.toggleAttribute("data-keyboard", isOpen);
    // A note's editor sees to its caret itself.
    if (isOpen && !wasOpen && !(document.activeElement as HTMLElement).isContentEditable) document.activeElement!.scrollIntoView({ block: "nearest" });
  };

  if (keyboard) keyboard.overlaysContent = true;
  const sources: [EventTarget | null | undefined, string][] = [
    [viewport, "resize"], [viewport, "scroll"], [keyboard, "geometrychange"], [window, "resize"], [document, "focusin"], [document, "focusout"],
  ];
  for (const [source, name] of sources) source?.addEventListener(name, measure);
  measure();
  return () => {
    for (const [source, name] of sources) source?.removeEventListener(name, measure);
  };
}

/** Whether what has the focus takes letters. */
export function isWriting(): boolean {
  const focused = document.activeElement;
  return focused instanceof HTMLElement && (focused.isContentEditable || focused.matches("input, textarea"));
}
