import { isoDay, type Language } from "../format/dates";

/** 2026, 2026Q4 or 2026-11, as the service writes periods. */
export type Kind = "month" | "quarter" | "year";

const two = (n: number) => String(n).padStart(2, "0");
const LENGTHS: Record<Kind, number> = { month: 1, quarter: 3, year: 12 };

export function kindOf(period: string): Kind {
  if (period.includes("Q")) return "quarter";
  return period.includes("-") ? "month" : "year";
}

function firstMonth(period: string): number {
  if (kindOf(period) === "quarter") return (Number(period.slice(5)) - 1) * 3;
  return kindOf(period) === "month" ? Number(period.slice(5)) - 1 : 0;
}

/** The period of this kind that has the day in it. */
export function periodOf(kind: Kind, day: Date): string {
  const year = day.getFullYear();
  if (kind === "year") return String(year);
  return kind === "quarter" ? `${year}Q${Math.floor(day.getMonth() / 3) + 1}` : `${year}-${two(day.getMonth() + 1)}`;
}

/** Whether a link has a period that can be shown. */
export const isPeriod = (text: string): boolean => /^(19[7-9]\d|2\d{3})(Q[1-4]|-(0[1-9]|1[0-2]))?$/.test(text);

const startOf = (period: string) => new Date(Number(period.slice(0, 4)), firstMonth(period), 1);

/** The period before or after. */
export function shifted(period: string, by: number): string {
  const kind = kindOf(period);
  const start = startOf(period);
  return periodOf(kind, new Date(start.getFullYear(), start.getMonth() + by * LENGTHS[kind], 1));
}

export interface Span {
  firstDay: string;
  lastDay: string;
}

export function spanOf(period: string): Span {
  const start = startOf(period);
  const months = LENGTHS[kindOf(period)];
  return { firstDay: isoDay(start), lastDay: isoDay(new Date(start.getFullYear(), start.getMonth() + months, 0)) };
}

/** Monday to Sunday, 0 for this week. */
export function weekSpan(by: number, now = new Date()): Span {
  const monday = now.getDate() - ((now.getDay() + 6) % 7) + by * 7;
  const day = (date: number) => isoDay(new Date(now.getFullYear(), now.getMonth(), date));
  return { firstDay: day(monday), lastDay: day(monday + 6) };
}

/** Moments from midnight to midnight of the reader, as intervals of reports have them. */
export function momentsOf({ firstDay, lastDay }: Span): { from: string; to: string } {
  const [year, month, day] = lastDay.split("-").map(Number) as [number, number, number];
  return { from: new Date(`${firstDay}T00:00:00`).toISOString(), to: new Date(year, month - 1, day + 1).toISOString() };
}

/** The months of a period, in order. */
export function monthsOf(period: string): string[] {
  const start = startOf(period);
  return Array.from({ length: LENGTHS[kindOf(period)] }, (_, at) => periodOf("month", new Date(start.getFullYear(), start.getMonth() + at, 1)));
}

export function periodName(period: string, language: Language): string {
  const kind = kindOf(period);
  const year = period.slice(0, 4);
  if (kind === "year") return language === "zh" ? `${year} 年` : year;
  if (kind === "quarter") return language === "zh" ? `${year} 年 ${period.slice(5)} 季度` : `Q${period.slice(5)} ${year}`;
  const month = startOf(period);
  return month.toLocaleDateString(language === "zh" ? "zh-CN" : "en-GB", { year: "numeric", month: language === "zh" ? "long" : "short" });
}
