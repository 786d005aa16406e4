import { queryOptions, useQueryClient } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { ApiKey, ApiKeyCreate } from "../api/schema";
import type { Key } from "../i18n/translate";

export const keys = queryOptions({
  queryKey: ["api-keys"],
  queryFn: async (): Promise<ApiKey[]> => (await body(api.GET("/api-keys", { params: { header: caller() } }))).data,
});

/** What keys can be given, in the order in which it is asked; each is a sentence too. */
export const SCOPES = ["crm:read", "crm:write", "crm:all", "crm:team", "crm:export", "crm:reveal", "crm:admin"] as const;
export type Scope = (typeof SCOPES)[number];

export const inOrder = (scopes: string[]): string[] => [
  ...SCOPES.filter((each) => scopes.includes(each)),
  ...scopes.filter((each) => !SCOPES.some((known) => known === each)),
];

/** A scope in words; one that only the command line gives has no others than its name. */
export const wordsOf = (scope: string): Key | null =>
  SCOPES.some((each) => each === scope) ? (`scope.${scope.slice(4)}` as Key) : null;

const written = (requestId: string) => ({ ...caller(), "X-Request-ID": requestId });

export const addKey = (requestId: string, key: ApiKeyCreate) =>
  body(api.POST("/api-keys", { params: { header: written(requestId) }, body: key }));

export const revokeKey = (id: string, requestId: string) =>
  body(api.POST("/api-keys/{api_key_id}/revoke", { params: { header: written(requestId), path: { api_key_id: id } } }));

export function useRefresh(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: keys.queryKey });
}
