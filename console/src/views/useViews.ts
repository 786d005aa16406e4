import { useQuery } from "@tanstack/react-query";

import { list, type Resource, type Row } from "../api/resources";
import type { View } from "../api/schema";
import { read, written } from "../records/filter";
import type { Layout } from "../records/useLayout";
import type { ListState } from "../records/useListState";

export type { View };

const MOST = 100;

export function useViews(resource: Resource): View[] {
  const filter = written({ any: false, conditions: [{ field: "resource", op: "=", value: resource }] });
  const { data } = useQuery({
    queryKey: ["view", "list", { resource }],
    queryFn: ({ signal }) => list("view", { filter, sort: "name", pageSize: MOST }, signal),
    staleTime: 60_000,
  });
  return (data?.data ?? []) as unknown as View[];
}

/** A filter as the URL has it: in JSON where the console can show it, else as it was saved. */
export function filterOf(view: View): string {
  const text = view.filter ?? "";
  return written(read(text)) || text;
}

/** What the list shows now, as a view is saved. */
export function contentOf(state: ListState, layout: Layout): Row {
  return {
    filter: state.filterText || null,
    sort: state.sort || null,
    columns: layout.columns.map((field) => ({ field, width: layout.widths[field] ?? null })),
  };
}

export function differs(view: View, state: ListState, layout: Layout): boolean {
  const columns = view.columns.map((each) => each.field);
  const sameColumns = columns.length === 0 || columns.join() === layout.columns.join();
  return filterOf(view) !== state.filterText || (view.sort ?? "") !== state.sort || !sameColumns;
}
