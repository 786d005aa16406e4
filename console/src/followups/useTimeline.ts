import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { TimelineItem } from "../api/schema";

export type { TimelineItem };

/** All that happened at a customer, newest first. */
export function useTimeline(customerId: string, types: string, pageSize: number) {
  return useInfiniteQuery({
    queryKey: ["follow_up", "timeline", customerId, types, pageSize],
    queryFn: ({ pageParam, signal }) => {
      const query = { pageSize, ...(types && { types }), ...(pageParam && { cursor: pageParam }) };
      const params = { header: caller(), path: { customer_id: customerId }, query };
      return body(api.GET("/customers/{customer_id}/timeline", { params, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}
