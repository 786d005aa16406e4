import { useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { ZONE } from "../api/http";
import { caller, type Row } from "../api/resources";

export interface Section {
  section: string;
  resource: string;
  filter: string;
  sort: string;
  count: number;
  items: Row[];
}

export type Scope = "own" | "team" | "all";

const MINUTE = 60_000;

/** One answer for the whole page; it is asked for again every minute. */
export function useToday(scope: Scope | null) {
  return useQuery({
    queryKey: ["task", "today", scope],
    queryFn: async ({ signal }) => {
      const query = { tz: ZONE, ...(scope && { scope }) };
      const answer = await body(api.GET("/today", { params: { header: caller(), query }, signal }));
      return { ...answer, sections: answer.sections as unknown as Section[] };
    },
    refetchInterval: MINUTE,
  });
}
