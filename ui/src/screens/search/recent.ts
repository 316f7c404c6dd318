// What was searched for lately. It stays on the device: neither the engine nor other devices learn of it.

const key = "multaqa.recent-searches";
const recentMax = 8;

/** The last first. */
export function recentSearches(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter((each): each is string => typeof each === "string").slice(0, recentMax) : [];
  } catch {
    // A browser that keeps nothing still searches.
    return [];
  }
}

function store(queries: string[]): string[] {
  try {
    localStorage.setItem(key, JSON.stringify(queries));
  } catch {
    // As above.
  }
  return queries;
}

export const rememberSearch = (query: string) => store([query.trim(), ...recentSearches().filter((each) => each !== query.trim())].slice(0, recentMax));

export const forgetSearches = () => store([]);
