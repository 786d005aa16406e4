import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller, whoami } from "../api/resources";
import type { HandoverCreate, Team, TeamCreate, UserPatch, UserPut } from "../api/schema";
import { newRequestId } from "../state/intent";

export const teams = queryOptions({
  queryKey: ["teams"],
  queryFn: async (): Promise<Team[]> => (await body(api.GET("/teams", { params: { header: caller(), query: { pageSize: 500 } } }))).data,
});

/** Whether the caller may administer users and teams. The service decides; this only hides buttons. */
export function useIsAdmin(): boolean {
  const { data } = useQuery(whoami);
  return data?.sees === "all" && data.scopes.includes("crm:admin");
}

const written = (requestId: string) => ({ ...caller(), "X-Request-ID": requestId });

export const addUser = (userId: string, requestId: string, user: UserPut) =>
  body(api.PUT("/users/{user_id}", { params: { header: { ...written(requestId), "If-None-Match": "*" }, path: { user_id: userId } }, body: user }));

export const changeUser = (userId: string, requestId: string, user: UserPatch) =>
  body(api.PATCH("/users/{user_id}", { params: { header: written(requestId), path: { user_id: userId } }, body: user }));

export const addTeam = (requestId: string, team: TeamCreate) => body(api.POST("/teams", { params: { header: written(requestId) }, body: team }));

export const changeTeam = (teamId: string, requestId: string, team: TeamCreate) =>
  body(api.PATCH("/teams/{team_id}", { params: { header: written(requestId), path: { team_id: teamId } }, body: team }));

export const deleteTeam = (teamId: string) =>
  api.DELETE("/teams/{team_id}", { params: { header: written(newRequestId()), path: { team_id: teamId } } });

export const startHandover = (requestId: string, handover: HandoverCreate) =>
  body(api.POST("/handover", { params: { header: written(requestId) }, body: handover }));

export const handoverPage = (cursor: string | undefined, signal: AbortSignal) =>
  body(api.GET("/handovers", { params: { header: caller(), query: { pageSize: 10, ...(cursor ? { cursor } : {}) } }, signal }));

export const continueHandover = (id: string) =>
  body(api.POST("/handovers/{handover_id}/continue", { params: { header: written(newRequestId()), path: { handover_id: id } } }));

export const undoHandover = (id: string) =>
  body(api.POST("/handovers/{handover_id}/undo", { params: { header: written(newRequestId()), path: { handover_id: id } } }));
