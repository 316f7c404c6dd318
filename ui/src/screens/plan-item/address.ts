// Addresses that evidence may lead to: of notes in the same space, and of the few kinds that open outside the app.

import type { DocumentId } from "../../engine/types";

const notePrefix = "multaqa:note/";

export const noteAddress = (document: DocumentId) => `${notePrefix}${document}`;

export function noteOf(address: string | null): DocumentId | null {
  const document = address?.startsWith(notePrefix) ? address.slice(notePrefix.length) : "";
  return /^[0-9a-f]{32}$/.test(document) ? document : null;
}

/** The address as it will be opened, or null if it is of no kind that may be: anyone in the space can write it. */
export function outsideAddress(text: string | null): string | null {
  const typed = text?.trim() ?? "";
  // What people copy often lacks the beginning.
  const whole = /^[\w-]+(\.[\w-]+)+([/?#:].*)?$/u.test(typed) ? `https://${typed}` : typed;
  try {
    const address = new URL(whole);
    return ["http:", "https:", "mailto:", "tel:"].includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}
