// What was searched for lately. It is among the device's settings, and so in its database: other devices never learn of it.

import { appState, saveSettings } from "../../engine/store";

const recentMax = 8;

// Where they were kept before, anyone could read them.
localStorage.removeItem("multaqa.recent-searches");

/** The last first, each once. */
export function withSearch(recent: readonly string[], query: string): string[] {
  const words = query.trim();
  return (words ? [words, ...recent.filter((each) => each !== words)] : [...recent]).slice(0, recentMax);
}

/** What cannot be kept is only not offered again. */
function keep(recent_searches: string[]) {
  saveSettings({ recent_searches }).catch(() => {});
}

export const rememberSearch = (query: string) => keep(withSearch(appState().start?.settings.recent_searches ?? [], query));

export const forgetSearches = () => keep([]);
