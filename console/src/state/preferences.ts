import { keep, store, stored, useStore } from "./store";

interface Preferences {
  language: "zh" | "en";
  theme: "light" | "dark" | "system";
  density: "comfortable" | "compact";
  /** Long lists scroll, or are turned like pages. */
  paging: "scroll" | "pages";
}

const KEY = "crm.preferences";

const defaults: Preferences = {
  language: navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en",
  theme: "system",
  density: "comfortable",
  paging: "scroll",
};

export const preferences = store<Preferences>({
  ...defaults,
  ...stored<Partial<Preferences>>(localStorage, KEY),
});

export function prefer(change: Partial<Preferences>): void {
  preferences.set((now) => ({ ...now, ...change }));
  keep(localStorage, KEY, preferences.get());
}

export const usePreferences = () => useStore(preferences);
