import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { idOf, list, type Page, type Query, type Resource, type Row } from "../api/resources";

export const SIZE = 100;
/** How far the service counts and pages a list that is filtered or sorted, or embeds records. */
const REACH = 10_000;

export interface Rows {
  count: number;
  total: number | null;
  isMinimum: boolean;
  cut: boolean;
  loading: boolean;
  stale: boolean;
  error: unknown;
  retry: () => void;
  rowAt: (place: number) => Row | undefined;
  /** Where a record stands, -1 if its page is not loaded. */
  placeOf: (id: string) => number;
  /** Which rows are on the screen: their pages are fetched, and the next one. */
  show: (first: number, last: number) => void;
}

function pageQuery(resource: Resource, query: Query, page: number) {
  const counted = query["filter"] ? { withTotal: true } : {};
  return {
    queryKey: [resource, "list", query, page],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      list(resource, { ...query, ...counted, page, pageSize: SIZE }, signal),
  };
}

/** Rows by their place, so that the scroll bar is true from the start. `known`: whether the query is complete. */
export function useRows(resource: Resource, query: Query, known: boolean): Rows {
  const [span, setSpan] = useState<[number, number]>([1, 1]);
  const first = useQuery({ ...pageQuery(resource, query, 1), placeholderData: keepPreviousData, enabled: known });
  const total = first.data?.total ?? first.data?.data.length ?? 0;
  const bounded = ["filter", "sort", "embed"].some((each) => query[each]);
  const count = bounded ? Math.min(total, REACH) : total;
  const lastPage = Math.max(1, Math.ceil(count / SIZE));

  const numbers = useMemo(() => {
    const [from, to] = [Math.max(2, span[0]), Math.min(lastPage, span[1])];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
  }, [span, lastPage]);
  const others = useQueries({ queries: numbers.map((page) => pageQuery(resource, query, page)) });

  const pages = new Map<number, Page>();
  if (first.data) pages.set(1, first.data);
  others.forEach((each, at) => each.data && pages.set(numbers[at] as number, each.data));

  return {
    count,
    total: first.data ? total : null,
    isMinimum: first.data?.totalIsMinimum ?? false,
    cut: bounded && total > REACH,
    loading: first.isPending,
    stale: first.isPlaceholderData,
    error: first.error ?? others.find((each) => each.error)?.error,
    retry: () => {
      void first.refetch();
      others.forEach((each) => void each.refetch());
    },
    rowAt: (place) => pages.get(Math.floor(place / SIZE) + 1)?.data[place % SIZE],
    placeOf: (id) => {
      for (const [number, page] of pages) {
        const at = page.data.findIndex((row) => idOf(resource, row) === id);
        if (at >= 0) return (number - 1) * SIZE + at;
      }
      return -1;
    },
    show: (from, to) => {
      const next: [number, number] = [Math.floor(from / SIZE) + 1, Math.floor((to + SIZE * 0.3) / SIZE) + 1];
      if (next[0] !== span[0] || next[1] !== span[1]) setSpan(next);
    },
  };
}
