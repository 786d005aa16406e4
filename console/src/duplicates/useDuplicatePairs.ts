import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { DuplicatePairs, DuplicatePolicy, DuplicatePolicyPut } from "../api/schema";

export type Status = "open" | "dismissed";

const SIZE = 20;

export const pairs = (status: Status) =>
  infiniteQueryOptions({
    queryKey: ["duplicate-pairs", status],
    initialPageParam: "",
    queryFn: ({ pageParam }): Promise<DuplicatePairs> => {
      const query = { status, pageSize: SIZE, ...(pageParam && { cursor: pageParam }) };
      return body(api.GET("/duplicates", { params: { header: caller(), query } }));
    },
    getNextPageParam: (last) => last.nextCursor,
  });

export const policy = queryOptions({
  queryKey: ["duplicate-policy"],
  queryFn: (): Promise<DuplicatePolicy> => body(api.GET("/settings/duplicates", { params: { header: caller() } })),
});

const written = (requestId: string) => ({ ...caller(), "X-Request-ID": requestId });

export const dismissPair = (pairId: string, requestId: string) =>
  body(api.POST("/duplicates/{pair_id}/dismiss", { params: { header: written(requestId), path: { pair_id: pairId } } }));

export const reopenPair = (pairId: string, requestId: string) =>
  body(api.POST("/duplicates/{pair_id}/reopen", { params: { header: written(requestId), path: { pair_id: pairId } } }));

export const setPolicy = (requestId: string, wanted: DuplicatePolicyPut) =>
  body(api.PUT("/settings/duplicates", { params: { header: written(requestId) }, body: wanted }));

/** `chosen`: by field, whose value it gets. */
export const merge = (requestId: string, customerId: string, fromIds: string[], chosen: Record<string, string>, dryRun: boolean) =>
  body(
    api.POST("/customers/{customer_id}/merge", {
      params: { header: written(requestId), path: { customer_id: customerId } },
      // The contract describes `choose` as an object of its own.
      body: { fromIds, choose: chosen as unknown as Record<string, never>, dryRun },
    }),
  );

export const undoMerge = (requestId: string, mergeId: string) =>
  body(api.POST("/merges/{merge_id}/undo", { params: { header: written(requestId), path: { merge_id: mergeId } } }));
