import type { Key } from "../i18n/translate";
import type { IconName } from "../ui/Icon";
import type { Resource } from "../api/resources";

export interface Place {
  path: string;
  label: Key;
  icon: IconName;
  /** The key after G. */
  key: string;
  counts?: Resource;
  /** Below the others, for what is not of every day. */
  low?: boolean;
}

/** What the navigation shows: only screens that are whole. */
export const PLACES: Place[] = [
  { path: "/today", label: "nav.today", icon: "today", key: "t" },
  { path: "/customers", label: "nav.customers", icon: "building", key: "c", counts: "customer" },
  { path: "/contacts", label: "nav.contacts", icon: "users", key: "l" },
  { path: "/deals", label: "nav.deals", icon: "deal", key: "d", counts: "opportunity" },
  { path: "/contracts", label: "nav.contracts", icon: "contract", key: "p" },
  { path: "/reports", label: "nav.reports", icon: "report", key: "r" },
  { path: "/recycle-bin", label: "nav.recycleBin", icon: "trash", key: "b", low: true },
  { path: "/settings", label: "nav.settings", icon: "gear", key: "e", low: true },
];

/** Pages of the settings that have a key after G of their own. */
export const KEYS_WITHIN: Record<string, string> = {
  h: "/settings/history",
  s: "/settings/duplicates",
  o: "/settings/options",
  u: "/settings/users",
  a: "/settings/reference",
};

/** Where the pages of the settings were before: links and bookmarks still lead to them. */
export const MOVED: Record<string, string> = {
  "/me": "/settings",
  "/me/api-keys": "/settings/api-keys",
  "/organisation": "/settings/users",
  "/organisation?teams": "/settings/teams",
  "/organisation?handover": "/settings/handover",
  "/choices": "/settings/options",
  "/choices?tags": "/settings/tags",
  "/duplicates": "/settings/duplicates",
  "/duplicates?policy": "/settings/duplicate-rules",
  "/history": "/settings/history",
  "/reference": "/settings/reference",
};
