import { keepPreviousData, queryOptions, useQueries, useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { ZONE } from "../api/http";
import { caller, list } from "../api/resources";
import { momentsOf, type Span } from "./periods";
import { queryOf, type Whose } from "./whose";

export interface Choice extends Whose {
  period: string;
  currency: string;
}

export function useForecast(choice: Choice, groupBy: "month" | "owner") {
  const { period, owner, team, currency } = choice;
  return useQuery({
    queryKey: ["report", "forecast", period, owner, team, currency, groupBy],
    queryFn: ({ signal }) => {
      const query = { period, groupBy, tz: ZONE, currency, ...queryOf(choice) };
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

export function useFunnel(choice: Choice, span: Span) {
  const { owner, team, currency } = choice;
  return useQuery({
    queryKey: ["report", "funnel", span.firstDay, span.lastDay, owner, team, currency],
    queryFn: ({ signal }) => {
      const query = { mode: "cohort" as const, currency, ...momentsOf(span), ...queryOf(choice) };
      return body(api.GET("/reports/funnel", { params: { header: caller(), query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

const activities = (whose: Whose, span: Span, groupBy: "owner" | "week") =>
  queryOptions({
    queryKey: ["report", "activities", span.firstDay, span.lastDay, whose.owner, whose.team, groupBy],
    queryFn: ({ signal }) => {
      const query = { groupBy, tz: ZONE, ...momentsOf(span), ...queryOf(whose) };
      return body(api.GET("/reports/activities", { params: { header: caller(), query }, signal }));
    },
    placeholderData: keepPreviousData,
  });

export const useActivities = (whose: Whose, span: Span) => useQuery(activities(whose, span, "owner"));

/** How many follow-ups of a week a chart has at most. */
export interface Weekly {
  day: string;
  n: number;
}

/** Follow-ups of each person in the weeks of the span, by user; "" for all of them together. */
export function useWeeks(whose: Whose, users: string[], span: Span): Map<string, Weekly[]> {
  const asked = ["", ...users];
  const found = useQueries({
    queries: asked.map((user) => activities(user === "" ? whose : { ...whose, owner: user }, span, "week")),
  });
  return new Map(
    asked.flatMap((user, at) => {
      const rows = found[at]?.data?.data;
      return rows ? [[user, rows.map((each) => ({ day: each.firstDay ?? "", n: each.followUps }))] as const] : [];
    }),
  );
}

export function useStuck(filter: string) {
  return useQuery({
    queryKey: ["opportunity", "list", "stuck", filter],
    queryFn: ({ signal }) => list("opportunity", { filter, sort: "stageSince", embed: "customer", pageSize: 100, withTotal: true }, signal),
  });
}
