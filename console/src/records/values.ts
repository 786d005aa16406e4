import type { Field, Row } from "../api/resources";
import { centsOf } from "../format/money";
import { isMoney } from "./fields";

/** What a form has: text as typed, the chosen option, or the record that was picked. */
export interface Picked {
  id: string;
  title: string;
}
export type Draft = Record<string, string | boolean | Picked | null>;

/** The value of a field; undefined for null, an empty text or an empty list. */
export const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

export const isPicked = (value: unknown): value is Picked =>
  typeof value === "object" && value !== null && "id" in value;

export function draftOf(field: Field, row: Row): Draft[string] {
  const value = row[field.name];
  if (value === null || value === undefined || field.masked) return "";
  if (isMoney(field)) return String((value as number) / 100);
  if (field.type === "boolean") return value as boolean;
  if (field.type === "tags") return (value as string[]).join("\n");
  return `${value as string | number}`.slice(0, field.type === "dateOrTime" ? 10 : undefined);
}

export const WRONG = Symbol("not a value of this kind");

/** The member that the API takes, null where nothing is written. */
export function valueOf(field: Field, draft: Draft[string] | undefined): unknown {
  if (draft === undefined || draft === null) return null;
  if (typeof draft === "boolean") return draft;
  if (isPicked(draft)) return draft.id;
  const text = draft.trim();
  if (field.type === "tags") return text === "" ? [] : text.split("\n");
  if (text === "") return null;
  if (isMoney(field)) return centsOf(text) ?? WRONG;
  if (["number", "integer"].includes(field.type)) return Number.isFinite(Number(text)) ? Number(text) : WRONG;
  if (field.type === "option") return field.options.find((each) => String(each.value) === text)?.value ?? text;
  if (field.type === "time") return new Date(text).toISOString();
  return text;
}
