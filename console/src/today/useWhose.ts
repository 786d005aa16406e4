import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";

import { whoami } from "../api/resources";
import { useLeads } from "../people/useWhoseFilters";
import type { Condition } from "../records/filter";

/** Whose tasks a scope means, in the list language. */
export function assigned(scope: string): Condition[] {
  if (scope === "all") return [];
  const value = scope === "own" ? "me" : scope === "team" ? "myTeam" : scope.replace(/^user:/, "");
  return [{ field: "assigneeId", op: "=", value }];
}

/** Whether there may be records of several people. */
export const isOfMany = (scope: string | undefined): boolean => scope === "team" || scope === "all";

/** Which part of the day is shown and whose day it is, as the URL says, and whose there are. */
export function useWhose() {
  const { data: caller } = useQuery(whoami);
  const [params, setParams] = useSearchParams();
  const sees = caller?.sees;
  const beyond = [...(useLeads() ? ["team"] : []), ...(sees === "all" ? ["all"] : [])];
  const scopes = caller?.user ? ["own", ...beyond] : [];
  const change = (name: string, value: string | null) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === null) next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return {
    caller,
    scopes,
    scope: params.get("scope"),
    setScope: (scope: string) => change("scope", scope === scopes[0] || (scopes.length === 0 && scope === "all") ? null : scope),
    part: params.get("part"),
    setPart: (part: string | null) => change("part", part),
    adding: params.has("new"),
    setAdding: (on: boolean) => change("new", on ? "" : null),
  };
}

export type Whose = ReturnType<typeof useWhose>;
