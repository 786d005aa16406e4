import { useQuery } from "@tanstack/react-query";

import { type Field, fieldsOf, type Resource, type Row } from "../api/resources";

const TITLES: Record<Resource, string> = {
  customer: "name",
  contact: "name",
  opportunity: "title",
  contract: "contractNo",
  payment: "remark",
  task: "title",
  view: "name",
  follow_up: "content",
};

export const titleField = (resource: Resource): string => TITLES[resource];

export function titleOf(resource: Resource, row: Row): string {
  const title = row[TITLES[resource]];
  return typeof title === "string" && title !== "" ? title : "…";
}

const NONE: string[] = [];
const NOT_SHOWN = new Set(["tenant", "id"]);

/** The members that people see, as GET /fields describes them. */
export function useFields(resource: Resource): { fields: Field[]; embed: string[]; filters: Field[]; error: unknown; retry: () => void } {
  const { data, error, refetch } = useQuery(fieldsOf(resource));
  const fields = (data?.fields ?? []).filter((each) => !NOT_SHOWN.has(each.type));
  return { fields, embed: data?.embed ?? NONE, filters: data?.filters ?? [], error, retry: () => void refetch() };
}

export const isMoney = (field: Field): boolean => field.type === "money" || field.name.endsWith("Cents");
export const isTime = (field: Field): boolean => ["time", "date", "dateOrTime"].includes(field.type);
export const isNumber = (field: Field): boolean => isMoney(field) || ["number", "integer"].includes(field.type);

const INLINE = new Set(["text", "multilineText", "url", "option", "user", "date", "dateOrTime", "money", "boolean", "email", "phone", "integer", "number", "tags"]);
export const isInline = (field: Field): boolean => field.writable === "always" && INLINE.has(field.type);
/** Tags need more room than a cell has: they are edited in the panel and on the page. */
export const isCell = (field: Field): boolean => isInline(field) && field.type !== "tags";

/** The record that a reference names, where it was asked for with `embed`. */
export function embedded(field: Field, row: Row): Row | null {
  return (row[field.name.replace(/Id$/, "")] as Row | null | undefined) ?? null;
}

const GRADE = /^([A-Z])(?![A-Za-z0-9])/;

/** Options whose labels all begin with one letter, such as "A 重点" and "B, important". */
export const isGraded = (field: Field): boolean =>
  field.type === "option" && field.options.length > 0 && field.options.every((each) => GRADE.test(each.label.zh) && GRADE.test(each.label.en));

/** The letter of a grade, and its place from the top. */
export function gradeOf(field: Field, value: unknown): { letter: string; rank: number; label: Field["label"] } | null {
  const rank = field.options.findIndex((each) => each.value === value);
  const label = field.options[rank]?.label;
  return label ? { letter: label.zh.charAt(0), rank, label } : null;
}

export function columnsOf(resource: Resource, fields: Field[], names: string[]): Field[] {
  const title = titleField(resource);
  const found = names.flatMap((name) => fields.filter((each) => each.name === name && name !== title));
  const first = fields.find((each) => each.name === title);
  return first ? [first, ...found] : found;
}
