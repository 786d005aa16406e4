import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { ZONE } from "../api/http";
import { caller } from "../api/resources";
import type { BoardOpportunityCard as BoardAnswer } from "../api/schema";

export type { BoardAnswer };
export type Column = BoardAnswer["data"][number];
export type Card = Column["data"][number];

/** The most cards that the service gives of a column. */
export const MOST = 100;
export const STEP = 20;

/** Columns with counts, sums and first cards, in one answer. */
export function useBoard(filter: string, sort: string, limit: number) {
  return useQuery({
    queryKey: ["opportunity", "board", filter, sort, limit],
    queryFn: ({ signal }) => {
      const query = { limit, tz: ZONE, ...(filter && { filter }), ...(sort && { sort }) };
      return body(api.GET("/opportunities/board", { params: { header: caller(), query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}
