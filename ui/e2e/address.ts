// Addresses of screens, for tests that run outside a page.

export function hrefOf(name: string, params: Record<string, string>): string {
  const query = new URLSearchParams(params).toString();
  return `#/${name}${query ? `?${query}` : ""}`;
}
