import { useQuery } from "@tanstack/react-query";

import { list, type Resource } from "../api/resources";

/** What a list would have with each value. */
export interface Counting {
  resource: Resource;
  filterOf: (value: unknown) => string;
}

/** A count costs as much as a list: of more values than these, none is counted. */
const MOST = 12;
const PAUSE_MS = 300;

async function countAll(resource: Resource, filters: string[], signal: AbortSignal): Promise<string[]> {
  // Who only passes by asks for nothing.
  await new Promise((resolve) => window.setTimeout(resolve, PAUSE_MS));
  const counts: string[] = [];
  for (const filter of filters) {
    const page = await list(resource, { filter, withTotal: true, pageSize: 1 }, signal);
    counts.push(`${(page.total ?? 0).toLocaleString("en-US")}${page.totalIsMinimum ? "+" : ""}`);
  }
  return counts;
}

/** How many records each value leaves; they come late, one request after the other. */
export function useHits({ resource, filterOf }: Counting, values: unknown[], several: boolean): Map<unknown, string> | null {
  const filters = values.map((each) => filterOf(several ? [each] : each));
  const { data } = useQuery({
    queryKey: [resource, "hits", filters],
    queryFn: ({ signal }) => countAll(resource, filters, signal),
    enabled: values.length > 0 && values.length <= MOST,
    staleTime: 60_000,
    retry: false,
  });
  return data ? new Map(values.map((each, at) => [each, data[at] as string])) : null;
}
