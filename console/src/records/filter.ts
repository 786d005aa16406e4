import type { Field } from "../api/resources";
import { isMoney, isTime } from "./fields";

/** A condition of the list language, in its JSON form. */
export interface Condition {
  field: string;
  op: string;
  value?: unknown;
}

export interface Filter {
  any: boolean;
  conditions: Condition[];
}

export const NO_FILTER: Filter = { any: false, conditions: [] };

/** What the URL and the service have: one group of conditions. */
export function written(filter: Filter): string {
  if (filter.conditions.length === 0) return "";
  return JSON.stringify({ [filter.any ? "or" : "and"]: filter.conditions });
}

function isCondition(each: unknown): each is Condition {
  return typeof each === "object" && each !== null && "field" in each && "op" in each;
}

/** The reverse. A link may be cut off or edited: what cannot be read is no filter. */
export function read(text: string): Filter {
  try {
    const found = JSON.parse(text) as Record<string, unknown>;
    const any = "or" in found;
    const conditions = (any ? found["or"] : found["and"]) ?? [];
    if (!Array.isArray(conditions) || !conditions.every(isCondition)) return NO_FILTER;
    return { any, conditions };
  } catch {
    return NO_FILTER;
  }
}

export const WITHOUT_VALUE = new Set(["is empty", "is set"]);

/** The operators in the order in which people look for them. */
export function operatorsOf(field: Field): string[] {
  const order = isTime(field) ? ["=", "<", ">", "<=", ">=", "between"] : ["~", "=", "!=", "in", "^=", ">=", "<="];
  const known = order.filter((each) => field.operators.includes(each));
  return [...known, ...field.operators.filter((each) => !known.includes(each) && each !== "not in")];
}

export const WHENS = [
  "today",
  "yesterday",
  "thisWeek",
  "lastWeek",
  "thisMonth",
  "lastMonth",
  "thisQuarter",
  "thisYear",
  "-7d",
  "-30d",
  "-90d",
] as const;

/** Periods answer "is", moments answer "before" and "after". */
export function whensFor(op: string): string[] {
  return WHENS.filter((each) => (op === "=" ? !each.startsWith("-") : true));
}

export const sameCondition = (one: Condition, other: Condition): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export function toggled(filter: Filter, condition: Condition): Filter {
  const without = filter.conditions.filter((each) => !sameCondition(each, condition));
  const had = without.length < filter.conditions.length;
  return { ...filter, conditions: had ? without : [...filter.conditions, condition] };
}

export { isMoney };

/** A quick filter instead of the others of the same field: a record is one's own or nobody's. */
export function chosen(filter: Filter, condition: Condition, quick: Condition[]): Filter {
  const others = quick.filter((each) => each.field === condition.field && !sameCondition(each, condition));
  const conditions = filter.conditions.filter((each) => !others.some((other) => sameCondition(other, each)));
  return toggled({ ...filter, conditions }, condition);
}

/** What a search has asked for. */
export function searchedFor(filter: Filter, field: string): string {
  const found = filter.conditions.find((each) => each.field === field && each.op === "~");
  return typeof found?.value === "string" ? found.value : "";
}

/** In place of what was searched for before. */
export function searched(filter: Filter, field: string, text: string): Filter {
  const conditions = filter.conditions.filter((each) => !(each.field === field && each.op === "~"));
  const others = { ...filter, conditions };
  return text === "" ? others : toggled(others, { field, op: "~", value: text });
}
