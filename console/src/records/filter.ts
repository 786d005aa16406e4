import type { Field } from "../api/resources";
import { isTime } from "./fields";
import { parse } from "./filterText";

/** A condition of the list language, in its JSON form. */
export interface Condition {
  field: string;
  op: string;
  value?: unknown;
}

/** Conditions in brackets, joined by the other word: "or" within "and", and the reverse. */
export interface Group {
  conditions: Condition[];
}

export type Term = Condition | Group;

export interface Filter {
  any: boolean;
  conditions: Term[];
}

export const isGroup = (term: Term): term is Group => "conditions" in term;

/** Those that stand in no brackets. */
export const plain = (filter: Filter): Condition[] => filter.conditions.flatMap((each) => (isGroup(each) ? [] : [each]));

/** All, also those in brackets. */
export const flat = (filter: Filter): Condition[] => filter.conditions.flatMap((each) => (isGroup(each) ? each.conditions : [each]));

export const NO_FILTER: Filter = { any: false, conditions: [] };

/** What the URL and the service have: conditions, and brackets one level deep. */
export function written(filter: Filter): string {
  if (filter.conditions.length === 0) return "";
  const [outer, inner] = filter.any ? ["or", "and"] : ["and", "or"];
  return JSON.stringify({ [outer]: filter.conditions.map((each) => (isGroup(each) ? { [inner]: each.conditions } : each)) });
}

function isCondition(each: unknown): each is Condition {
  return typeof each === "object" && each !== null && "field" in each && "op" in each;
}

/** One condition or brackets; null for what the console cannot show. */
function termOf(each: unknown, inner: string): Term | null {
  if (isCondition(each)) return each;
  const conditions = typeof each === "object" && each !== null ? (each as Record<string, unknown>)[inner] : null;
  return Array.isArray(conditions) && conditions.length > 0 && conditions.every(isCondition) ? { conditions } : null;
}

/** The reverse, also of the list language. A link may be cut off or edited: what cannot be read is no filter. */
export function read(text: string): Filter {
  if (!text.startsWith("{")) return parse(text) ?? NO_FILTER;
  try {
    const found = JSON.parse(text) as Record<string, unknown>;
    const any = "or" in found;
    const listed = (any ? found["or"] : found["and"]) ?? [];
    if (!Array.isArray(listed)) return NO_FILTER;
    const terms = listed.map((each: unknown) => termOf(each, any ? "and" : "or"));
    return terms.every((each) => each !== null) ? { any, conditions: terms } : NO_FILTER;
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

export const sameCondition = (one: Term, other: Term): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export function toggled(filter: Filter, condition: Term): Filter {
  const without = filter.conditions.filter((each) => !sameCondition(each, condition));
  const had = without.length < filter.conditions.length;
  return { ...filter, conditions: had ? without : [...filter.conditions, condition] };
}

/** One more; `joined`: in brackets with the last one that is shown, by the other word. */
export function added(filter: Filter, condition: Condition, joined: boolean, isShown: (term: Term) => boolean): Filter {
  const at = joined ? filter.conditions.map(isShown).lastIndexOf(true) : -1;
  const last = filter.conditions[at];
  if (last === undefined) return { ...filter, conditions: [...filter.conditions, condition] };
  const group = { conditions: [...(isGroup(last) ? last.conditions : [last]), condition] };
  return { ...filter, conditions: filter.conditions.map((each) => (each === last ? group : each)) };
}

/** Brackets around one condition are none. */
export function withoutPart(filter: Filter, group: Group, condition: Condition): Filter {
  const rest = group.conditions.filter((each) => each !== condition);
  const terms = rest.length > 1 ? [{ conditions: rest }] : rest;
  return { ...filter, conditions: filter.conditions.flatMap((each) => (each === group ? terms : [each])) };
}

/** A quick filter instead of the others of the same field: a record is one's own or nobody's. */
export function chosen(filter: Filter, condition: Condition, quick: Condition[]): Filter {
  const others = quick.filter((each) => each.field === condition.field && !sameCondition(each, condition));
  const conditions = filter.conditions.filter((each) => !others.some((other) => sameCondition(other, each)));
  return toggled({ ...filter, conditions }, condition);
}

/** What a search has asked for. */
export function searchedFor(filter: Filter, field: string): string {
  const found = plain(filter).find((each) => each.field === field && each.op === "~");
  return typeof found?.value === "string" ? found.value : "";
}

/** In place of what was searched for before. */
export function searched(filter: Filter, field: string, text: string): Filter {
  const conditions = filter.conditions.filter((each) => isGroup(each) || !(each.field === field && each.op === "~"));
  const others = { ...filter, conditions };
  return text === "" ? others : toggled(others, { field, op: "~", value: text });
}
