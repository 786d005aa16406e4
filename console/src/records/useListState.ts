import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

import { type Filter, read, written } from "./filter";

/** The URL is the state: a link, Back and a reload show the same list. */
export function useListState() {
  const [params, setParams] = useSearchParams();
  const text = params.get("filter") ?? "";
  const filter = useMemo(() => read(text), [text]);

  const change = useCallback(
    (changes: Record<string, string | null>, replace = false) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          for (const [name, value] of Object.entries(changes)) {
            if (value === null || (value === "" && name !== "new")) next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace },
      ),
    [setParams],
  );

  return {
    filter,
    // A filter that the console cannot show as chips is kept as it is: another list would be wrong.
    filterText: written(filter) || text,
    raw: written(filter) === "" ? text : "",
    view: params.get("view"),
    setView: useCallback((view: string | null, filterText: string, sort: string) => change({ view, filter: filterText, sort, page: null }), [change]),
    sort: params.get("sort") ?? "",
    page: Math.max(1, Number(params.get("page")) || 1),
    open: params.get("open"),
    creating: params.has("new"),
    newName: params.get("new") ?? "",
    mode: params.get("mode") ?? "",
    setFilter: useCallback((next: Filter) => change({ filter: written(next), page: null }), [change]),
    setSort: useCallback((sort: string) => change({ sort, page: null }), [change]),
    setPage: useCallback((page: number) => change({ page: page > 1 ? String(page) : null }), [change]),
    // J and K walk through the list, and on to its next page, without filling the history.
    setOpen: useCallback(
      (open: string | null, replace = false, page?: number) => change({ open, new: null, merged: null, ...(page && { page: page > 1 ? String(page) : null }) }, replace),
      [change],
    ),
    setMerged: useCallback((open: string) => change({ open, merged: "1" }, true), [change]),
    setCreating: useCallback((on: boolean) => change({ new: on ? "" : null, open: null }), [change]),
    setMode: useCallback((mode: string) => change({ mode }), [change]),
  };
}

export type ListState = ReturnType<typeof useListState>;
