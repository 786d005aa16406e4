import { keep, stored } from "./store";

interface Recent {
  path: string;
  title: string;
  type: string;
}

const KEY = "crm.recent";
const MOST = 8;

/** What was opened last, in this tab only. */
export const recent = (): Recent[] => stored<Recent[]>(sessionStorage, KEY) ?? [];

export function remember(entry: Recent): void {
  keep(sessionStorage, KEY, [entry, ...recent().filter((each) => each.path !== entry.path)].slice(0, MOST));
}

export const forgetRecent = (): void => keep(sessionStorage, KEY, null);
