import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { ZONE } from "../api/http";
import { caller, list } from "../api/resources";
import { momentsOf, type Span } from "./periods";

export interface Choice {
  period: string;
  owner: string;
  currency: string;
}

const owned = (owner: string) => (owner === "" ? {} : { ownerId: owner });

export function useForecast({ period, owner, currency }: Choice, groupBy: "month" | "owner") {
  return useQuery({
    queryKey: ["report", "forecast", period, owner, currency, groupBy],
    queryFn: ({ signal }) => {
      const query = { period, groupBy, tz: ZONE, currency, ...owned(owner) };
      return body(api.GET("/reports/forecast", { params: { header: caller(), query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

/** The sums of the period, one for each currency: they are never added up. */
export function useTotals(period: string, enabled = true) {
  return useQuery({
    queryKey: ["report", "totals", period],
    queryFn: ({ signal }) => body(api.GET("/reports/forecast", { params: { header: caller(), query: { period, tz: ZONE } }, signal })),
    staleTime: 300_000,
    enabled,
  });
}

export function useFunnel({ owner, currency }: Choice, span: Span) {
  return useQuery({
    queryKey: ["report", "funnel", span.firstDay, span.lastDay, owner, currency],
    queryFn: ({ signal }) => {
      const query = { mode: "cohort" as const, currency, ...momentsOf(span), ...owned(owner) };
      return body(api.GET("/reports/funnel", { params: { header: caller(), query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useActivities(owner: string, span: Span, groupBy: "owner" | "week") {
  return useQuery({
    queryKey: ["report", "activities", span.firstDay, span.lastDay, owner, groupBy],
    queryFn: ({ signal }) => {
      const query = { groupBy, tz: ZONE, ...momentsOf(span), ...owned(owner) };
      return body(api.GET("/reports/activities", { params: { header: caller(), query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useStuck(filter: string) {
  return useQuery({
    queryKey: ["opportunity", "list", "stuck", filter],
    queryFn: ({ signal }) => list("opportunity", { filter, sort: "stageSince", embed: "customer", pageSize: 100, withTotal: true }, signal),
  });
}

/** After how many days a deal is stuck at a stage, as the board says. */
export function useLimits(): Map<number, number | null> {
  const { data } = useQuery({
    queryKey: ["report", "limits"],
    queryFn: ({ signal }) => body(api.GET("/opportunities/board", { params: { header: caller(), query: { limit: 1 } }, signal })),
    staleTime: Infinity,
  });
  return new Map(data?.data.map((each) => [each.stage, each.stuckAfterDays]));
}
