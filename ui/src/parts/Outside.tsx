// The button that leads out of the app: to the system's browser from the window, to a new tab from a browser.

import type { MouseEvent } from "react";
import { isInWindow } from "../engine/bridge";
import { useSend } from "../engine/edit";

/** `address` was read before: it is of a kind that may be opened. */
export function Outside({ address, onOpened, children }: { address: string; onOpened: () => void; children: string }) {
  const send = useSend();
  const open = (event: MouseEvent) => {
    if (isInWindow) {
      event.preventDefault();
      void send("open_outside", { address });
    }
    onOpened();
  };
  return <a className="button primary" href={address} target="_blank" rel="noopener noreferrer" onClick={open}>{children}</a>;
}
