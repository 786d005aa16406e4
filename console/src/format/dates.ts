import { say } from "../i18n/translate";

export type Language = "zh" | "en";
const DAY = 86_400_000;
const DATE_ONLY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A date without a time is a day wherever one is: it never moves with the time zone. */
export function toDate(value: string): Date {
  const parts = DATE_ONLY.exec(value);
  return parts ? new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) : new Date(value);
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Making one is slow, and a list has hundreds of dates. */
function formatOf(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const found = FORMATS.get(key) ?? new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options);
  FORMATS.set(key, found);
  return found;
}

const midnight = (of: Date) => new Date(of.getFullYear(), of.getMonth(), of.getDate());

/** Whole days from today: -1 is yesterday. */
export function daysFrom(value: string, now = new Date()): number {
  return Math.round((midnight(toDate(value)).getTime() - midnight(now).getTime()) / DAY);
}

export function isoDay(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayPlus(days: number, now = new Date()): string {
  return isoDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));
}

/** The moment at which a day is over here, for the service. */
export function endOfDay(day: string): string {
  const date = toDate(day);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).toISOString();
}

/** The Monday after today. */
export function nextMonday(now = new Date()): string {
  return dayPlus(((8 - now.getDay()) % 7) || 7, now);
}

/** 11月12日, with the year where it is another one. */
export function shortDay(value: string, language: Language, now = new Date()): string {
  const date = toDate(value);
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  const month = language === "zh" ? "long" : "short";
  return formatOf(language, { ...year, month, day: "numeric" }).format(date);
}

/** 周三, Wed; 三, Wed where there is no room. */
export function weekday(value: string, language: Language, length: "short" | "narrow" = "short"): string {
  // One letter tells no day in English.
  return formatOf(language, { weekday: language === "zh" ? length : "short" }).format(toDate(value));
}

export const isDateOnly = (value: string): boolean => DATE_ONLY.test(value);

/** 12月1日 周二, Tue 1 Dec; in another year the year tells more than the weekday. */
export function dayOfWeek(value: string, language: Language, now = new Date()): string {
  const day = shortDay(value, language, now);
  if (toDate(value).getFullYear() !== now.getFullYear()) return day;
  const name = weekday(value, language);
  return language === "zh" ? `${day} ${name}` : `${name} ${day}`;
}

/** 12月1日 星期二, Tuesday 1 December. */
export function fullDay(value: string | Date, language: Language): string {
  const date = typeof value === "string" ? toDate(value) : value;
  const day = formatOf(language, { month: "long", day: "numeric" }).format(date);
  const name = formatOf(language, { weekday: "long" }).format(date);
  return language === "zh" ? `${day} ${name}` : `${name} ${day}`;
}

export function fullTime(value: string, language: Language): string {
  if (isDateOnly(value)) return formatOf(language, { dateStyle: "full" }).format(toDate(value));
  return formatOf(language, { dateStyle: "full", timeStyle: "short" }).format(new Date(value));
}

/** Of a month, such as 2026-11. */
export function monthName(value: string, language: Language): string {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  return toDate(`${value}-01`).toLocaleDateString(locale, { year: "numeric", month: language === "zh" ? "long" : "short" });
}

export function clock(value: string): string {
  const date = new Date(value);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** 17 天前, 今天, 3 天后. */
export function age(value: string, language: Language, now = new Date()): string {
  const days = daysFrom(value, now);
  if (days === 0) return say(language, "time.today");
  if (days === -1) return say(language, "time.yesterday");
  if (days === 1) return say(language, "time.tomorrow");
  return days < 0 ? say(language, "time.daysAgo", { n: -days }) : say(language, "time.inDays", { n: days });
}
