import { preferences, usePreferences } from "../state/preferences";
import { en } from "./en";
import { zh, type Key } from "./zh";

export type { Key };
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

const SENTENCES = { zh, en };
/** `{n|record|records}`: the first word where `n` is one. */
const PLURAL = /\{(\w+)\|([^|}]*)\|([^}]*)\}/g;

export function say(language: "zh" | "en", key: Key, values: Values = {}): string {
  const counted = SENTENCES[language][key].replace(PLURAL, (_, name: string, one: string, other: string) =>
    String(values[name]) === "1" ? one : other,
  );
  return counted.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = String(values[name] ?? "");
    // "Customer" is a heading, "New customer" a sentence.
    return name === "what" && language === "en" ? text.toLowerCase() : text;
  });
}

/** For code outside components; components re-render by `useT`. */
export const t: Translate = (key, values) => say(preferences.get().language, key, values);

export function useT(): Translate {
  const { language } = usePreferences();
  return (key, values) => say(language, key, values);
}

type Label = { zh: string; en: string };

/** The service writes its English options as within a sentence, "advertising". Names that a tenant writes in its
 * own way, such as "iPad users", stay as they are. */
export function labelIn(language: "zh" | "en", label: Label): string {
  const text = label[language];
  return language === "en" && /^[a-z]+(?=[\s-]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** A label that the service has in both languages. */
export function useLabel(): (label: Label) => string {
  const { language } = usePreferences();
  return (label) => labelIn(language, label);
}
