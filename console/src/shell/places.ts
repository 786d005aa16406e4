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
  { path: "/history", label: "nav.history", icon: "history", key: "h", low: true },
  { path: "/duplicates", label: "nav.duplicates", icon: "merge", key: "s", low: true },
  { path: "/choices", label: "nav.choices", icon: "tag", key: "o", low: true },
  { path: "/organisation", label: "nav.organisation", icon: "users", key: "u", low: true },
  { path: "/reference", label: "nav.docs", icon: "link", key: "a", low: true },
];
