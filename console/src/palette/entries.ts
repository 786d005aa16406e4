import { useLocation } from "wouter";

import type { Hit } from "../api/resources";
import { useT } from "../i18n/translate";
import { open } from "../state/layers";
import { GROUPS } from "../settings/groups";
import { prefer, preferences } from "../state/preferences";
import { recent } from "../state/recent";
import type { IconName } from "../ui/Icon";

export interface Entry {
  key: string;
  title: string;
  type: string;
  icon?: IconName;
  hit?: Hit;
  path?: string;
  act?: () => void;
}

const PATHS: Record<string, (id: string) => string> = {
  customer: (id) => `/customers/${id}`,
  contact: (id) => `/contacts?open=${id}`,
  opportunity: (id) => `/deals/${id}`,
  contract: (id) => `/contracts/${id}`,
  follow_up: (id) => `/follow-ups?open=${id}`,
  task: (id) => `/tasks?open=${id}`,
};
const ICONS: Record<string, IconName> = { opportunity: "deal", contract: "contract", task: "today" };

function withIcon(entry: Entry, type: string): Entry {
  const icon = ICONS[type];
  return icon ? { ...entry, icon } : entry;
}

/** Where the console shows a record, if it does. */
export const pathOf = (type: string, id: string): string | undefined => PATHS[type]?.(id);

/** Whether the console has a page for it. */
export const hasPage = (type: string): boolean => type in PATHS;

export function hitEntry(hit: Hit): Entry {
  const path = PATHS[hit.type]?.(hit.id);
  const entry = { key: hit.id, title: hit.title, type: hit.type, hit };
  return withIcon(path ? { ...entry, path } : entry, hit.type);
}

export const recentEntries = (): Entry[] =>
  recent().map((each) => withIcon({ key: each.path, title: each.title, type: each.type, path: each.path }, each.type));

function turnTheme(): void {
  const dark = document.documentElement.dataset["theme"] === "dark";
  prefer({ theme: dark ? "light" : "dark" });
}

/** What can be done from here, narrowed by what is typed. */
export function useActions(text: string): Entry[] {
  const t = useT();
  const [, go] = useLocation();
  const word = text.replace(/^>\s*/, "").toLowerCase();
  const all: Entry[] = [
    { key: "follow", type: "action", icon: "pen", title: t("action.logFollowUp"), act: () => open({ follow: "ask" }) },
    { key: "customer", type: "action", icon: "plus", title: t("palette.newCustomer"), act: () => go("/customers?new") },
    { key: "today", type: "action", icon: "today", title: t("nav.today"), path: "/today" },
    { key: "customers", type: "action", icon: "building", title: t("nav.customers"), path: "/customers" },
    { key: "contacts", type: "action", icon: "users", title: t("nav.contacts"), path: "/contacts" },
    { key: "deals", type: "action", icon: "deal", title: t("nav.deals"), path: "/deals" },
    { key: "contracts", type: "action", icon: "contract", title: t("nav.contracts"), path: "/contracts" },
    { key: "follow-ups", type: "action", icon: "chat", title: t("timeline.followUps"), path: "/follow-ups" },
    { key: "tasks", type: "action", icon: "check", title: t("nav.tasks"), path: "/tasks" },
    { key: "reports", type: "action", icon: "report", title: t("nav.reports"), path: "/reports" },
    { key: "recycle-bin", type: "action", icon: "trash", title: t("nav.recycleBin"), path: "/recycle-bin" },
    ...GROUPS.flatMap(({ items }) => items).map(
      ({ path, label, icon }): Entry => ({ key: path, type: "action", icon, title: t(label), path }),
    ),
    { key: "theme", type: "action", icon: "sun", title: t("palette.theme"), act: turnTheme },
    {
      key: "language",
      type: "action",
      icon: "globe",
      title: t("palette.language"),
      act: () => prefer({ language: preferences.get().language === "zh" ? "en" : "zh" }),
    },
  ];
  const found = all.filter((each) => each.title.toLowerCase().includes(word));
  if (text === "" || text.startsWith(">")) return found;
  const create: Entry = {
    key: "create",
    type: "action",
    icon: "plus",
    title: t("palette.createCustomer", { q: text }),
    act: () => go(`/customers?new=${encodeURIComponent(text)}`),
  };
  return [create, ...found];
}
