import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";

import { idOf, type Page, type Query, type Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import { useKeys } from "../ui/hooks";
import { useFields } from "./fields";
import { read, written } from "./filter";
import { SIZE, useRows } from "./useRows";

interface Props {
  resource: Resource;
  id: string;
  path: string;
  /** The parameters of the list that the page was opened from. */
  list: string;
}

/** Where the list had the record, among the pages that it had read. */
function usePlaceBefore(resource: Resource, id: string, query: Query): number {
  const queries = useQueryClient();
  const [place] = useState(() => {
    for (const [key, page] of queries.getQueriesData<Page>({ queryKey: [resource, "list", query] })) {
      const at = page?.data.findIndex((row) => idOf(resource, row) === id) ?? -1;
      if (at >= 0) return (Number(key[3]) - 1) * SIZE + at;
    }
    return 0;
  });
  return place;
}

/** The place in the list, with the ways to the record before and the next one. */
export function RecordPlace({ resource, id, path, list }: Props) {
  const t = useT();
  const [, go] = useLocation();
  const { fields, embed } = useFields(resource);
  const params = new URLSearchParams(list);
  const text = params.get("filter") ?? "";
  const query = { filter: written(read(text)) || text, sort: params.get("sort") ?? "", embed: embed.join(",") };
  const rows = useRows(resource, query, fields.length > 0);
  const before = usePlaceBefore(resource, id, query);
  useEffect(() => rows.show(before, before));
  const at = rows.placeOf(id);
  const step = (by: number) => {
    const row = at < 0 ? undefined : rows.rowAt(at + by);
    if (row) go(`${path}/${idOf(resource, row)}`, { replace: true, state: { list } });
  };
  useKeys({ j: () => step(1), k: () => step(-1) });
  if (at < 0) return null;
  return (
    <span className="row g4">
      <span className="sm mut nw">{t("record.place", { n: at + 1, total: rows.count.toLocaleString("en-US") })}</span>
      <IconButton small icon="up" label={t("action.previous")} disabled={at <= 0} onClick={() => step(-1)} />
      <IconButton small icon="down" label={t("action.next")} disabled={at >= rows.count - 1} onClick={() => step(1)} />
    </span>
  );
}
