import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { User } from "../api/schema";

const MINUTE = 60_000;

export const people = queryOptions({
  queryKey: ["people"],
  queryFn: async (): Promise<User[]> =>
    (await body(api.GET("/users", { params: { header: caller(), query: { pageSize: 500 } } }))).data,
  staleTime: 5 * MINUTE,
});

/** What people are called; an id where nobody has told the service a name. */
export function useNames(): (id: string) => string {
  const { data } = useQuery(people);
  return useCallback((id: string) => data?.find((each) => each.userId === id)?.name ?? id, [data]);
}

/** Who can own a record: those who work here. */
export function useColleagues(): User[] {
  const { data } = useQuery(people);
  return data?.filter((each) => each.status === "active") ?? [];
}
