import { useMemo } from "react";

import type { HitGroup } from "../api/resources";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { useFields } from "../records/fields";
import { written } from "../records/filter";
import { customersOf } from "../reports/links";
import { type Entry, hasPage, hitEntry, recentEntries, useActions } from "./entries";

interface Group {
  title: string;
  entries: Entry[];
}

const MARKS = [">", "@", "#"];
const MOST = 20;

/** Whether the records are searched; a mark before the text asks for something else. */
export const isSearch = (text: string): boolean => text !== "" && !MARKS.some((mark) => text.startsWith(mark));

const customersWith = (field: string, op: string, value: string) => customersOf(written({ any: false, conditions: [{ field, op, value }] }));

/** Behind `@` people, behind `#` tags: each with their customers. */
function useMarked(text: string): Group[] {
  const t = useT();
  const label = useLabel();
  const people = useColleagues();
  const tags = useFields("customer").fields.find((each) => each.type === "tags");
  const word = text.slice(1).trim().toLowerCase();
  const named = (entries: Entry[]) => entries.filter((each) => `${each.title} ${each.key}`.toLowerCase().includes(word)).slice(0, MOST);
  if (text.startsWith("@")) {
    return [{ title: t("palette.people"), entries: named(people.map((each) => ({ key: each.userId, type: "contact", title: each.name, path: customersWith("ownerId", "=", each.userId) }))) }];
  }
  if (!text.startsWith("#") || !tags) return [];
  const active = tags.options.filter((each) => each.active);
  return [
    {
      title: label(tags.label),
      entries: named(active.map((each) => ({ key: String(each.value), type: "tag", icon: "tag", title: label(each.label), path: customersWith(tags.name, "has", String(each.value)) }))),
    },
  ];
}

export function useGroups(text: string, found: HitGroup[]): Group[] {
  const t = useT();
  const actions = useActions(text);
  const marked = useMarked(text);
  const recent = useMemo(() => recentEntries(), []);
  if (text.startsWith(">")) return [{ title: t("palette.actions"), entries: actions }];
  if (text !== "" && !isSearch(text)) return marked.filter((each) => each.entries.length > 0);
  const hits = found.filter((group) => hasPage(group.type)).map((group) => ({ title: t(`type.${group.type}` as Key), entries: group.hits.map(hitEntry) }));
  const before = text === "" ? [{ title: t("palette.recent"), entries: recent }] : hits;
  return [...before, { title: t("palette.actions"), entries: actions }].filter((each) => each.entries.length > 0);
}
