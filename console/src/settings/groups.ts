import type { Key } from "../i18n/translate";
import type { IconName } from "../ui/Icon";

export interface Item {
  path: string;
  label: Key;
  icon: IconName;
  /** Too wide for a phone. */
  deskOnly?: boolean;
}

interface Group {
  label: Key;
  items: Item[];
}

/** The second level of the settings, in the order of how often people come for it. */
export const GROUPS: Group[] = [
  {
    label: "settings.personal",
    items: [{ path: "/settings/me", label: "settings.me", icon: "user" }],
  },
  {
    label: "settings.organisation",
    items: [
      { path: "/settings/users", label: "org.users", icon: "users" },
      { path: "/settings/teams", label: "org.teams", icon: "layers" },
      { path: "/settings/handover", label: "org.handover", icon: "swap" },
    ],
  },
  {
    label: "settings.data",
    items: [
      { path: "/settings/options", label: "choices.options", icon: "rows" },
      { path: "/settings/tags", label: "choices.tags", icon: "tag" },
      { path: "/settings/duplicates", label: "nav.duplicates", icon: "merge" },
      { path: "/settings/duplicate-rules", label: "duplicates.rules", icon: "shield" },
    ],
  },
  {
    label: "settings.developers",
    items: [
      { path: "/settings/api-keys", label: "keys.title", icon: "key" },
      { path: "/settings/reference", label: "nav.docs", icon: "link", deskOnly: true },
    ],
  },
  {
    label: "settings.systemGroup",
    items: [
      { path: "/settings/history", label: "nav.history", icon: "history" },
      { path: "/settings/service", label: "settings.service", icon: "info" },
    ],
  },
];
