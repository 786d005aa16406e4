import { useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { ZONE } from "../api/http";
import { caller, list, type Row } from "../api/resources";
import { dayPlus, isoDay, toDate } from "../format/dates";
import { written } from "../records/filter";
import { assigned } from "./useWhose";

export interface Section {
  section: string;
  resource: string;
  filter: string;
  sort: string;
  count: number;
  items: Row[];
}

export interface TodayAnswer {
  date: string;
  scope: string;
  sections: Section[];
}

const MINUTE = 60_000;
const WEEK = 7;
const DAYS = 2 * WEEK;
/** Of the two weeks; days after those that came in have no dots. */
const MOST = 500;

/** One answer for the whole page; it is asked for again every minute. */
export function useToday(scope: string | null) {
  return useQuery({
    queryKey: ["task", "today", scope],
    queryFn: async ({ signal }): Promise<TodayAnswer> => {
      const query = { tz: ZONE, ...(scope && { scope }) };
      const answer = await body(api.GET("/today", { params: { header: caller(), query }, signal }));
      return { ...answer, sections: answer.sections as unknown as Section[] };
    },
    refetchInterval: MINUTE,
  });
}

/** How many tasks were done today. */
export function useDoneToday(scope: string | undefined, date: string | undefined): number | null {
  const conditions = [{ field: "doneAt", op: "=", value: "today" }, ...assigned(scope ?? "all")];
  const { data } = useQuery({
    queryKey: ["task", "doneToday", scope, date],
    queryFn: ({ signal }) => list("task", { filter: written({ any: false, conditions }), pageSize: 1, withTotal: true }, signal),
    enabled: scope !== undefined,
  });
  return data?.total ?? null;
}

/** The days of this week and the next, from Monday. */
export function daysAround(today: string): string[] {
  const date = toDate(today);
  const sinceMonday = (date.getDay() + WEEK - 1) % WEEK;
  return Array.from({ length: DAYS }, (_, at) => dayPlus(at - sinceMonday, date));
}

export interface Dots {
  open: number;
  done: number;
}

/** How many tasks each of the days has. */
export function useDots(scope: string | undefined, days: string[]): Map<string, Dots> {
  const [first, last] = [days[0], days.at(-1)];
  const conditions = [{ field: "due", op: "between", value: [first, last] }, { field: "status", op: "!=", value: "cancelled" }, ...assigned(scope ?? "all")];
  const { data } = useQuery({
    queryKey: ["task", "days", scope, first],
    queryFn: ({ signal }) => list("task", { filter: written({ any: false, conditions }), fields: "due,status", sort: "due", pageSize: MOST }, signal),
    enabled: scope !== undefined && first !== undefined,
  });
  const found = new Map<string, Dots>();
  for (const row of data?.data ?? []) {
    const day = isoDay(toDate(row["due"] as string));
    const dots = found.get(day) ?? { open: 0, done: 0 };
    dots[row["status"] === "done" ? "done" : "open"] += 1;
    found.set(day, dots);
  }
  return found;
}
