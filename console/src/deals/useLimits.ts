import { useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller } from "../api/resources";

/** After how many days a deal is stuck at a stage, as the board says; asked for once. */
export function useLimits(): Map<number, number | null> {
  const { data } = useQuery({
    queryKey: ["stageLimits"],
    queryFn: ({ signal }) => body(api.GET("/opportunities/board", { params: { header: caller(), query: { limit: 1 } }, signal })),
    staleTime: Infinity,
  });
  return new Map(data?.data.map((each) => [each.stage, each.stuckAfterDays]));
}
