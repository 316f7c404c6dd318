// Addresses in notes: which may be opened, and how a link's mark stores one.

const allowed = ["http:", "https:", "mailto:", "tel:"];

/** The address as typed, made whole where only its scheme is missing; null where it may not be opened. */
export function safeAddress(typed: string): string | null {
  const text = typed.trim();
  if (text === "" || /[\s\u0000-\u001f\u007f]/.test(text)) return null;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[\w.-]+:\d+(\/|$)/.test(text) ? text : /^[^/@]+@[^/@]+\.[^/@]+$/.test(text) ? `mailto:${text}` : `https://${text}`;
  try {
    const { protocol, hostname } = new URL(whole);
    const isOfWeb = protocol === "http:" || protocol === "https:";
    return allowed.includes(protocol) && (!isOfWeb || hostname !== "") ? whole : null;
  } catch {
    return null;
  }
}

/** A link mark's value, as Automerge's editors write it. */
export function linkValue(href: string): string {
  return JSON.stringify({ href, title: "" });
}

/** The address that a link mark holds, as it is stored. */
export function storedAddress(value: string): string {
  try {
    const { href } = JSON.parse(value) as { href?: unknown };
    return typeof href === "string" ? href : "";
  } catch {
    return "";
  }
}

/** The address that a link mark holds; null where it may not be opened. */
export function addressOf(value: string): string | null {
  return safeAddress(storedAddress(value));
}
