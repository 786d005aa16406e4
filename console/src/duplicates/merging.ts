import { type Field, idOf, type Row } from "../api/resources";
import type { Key } from "../i18n/translate";
import { isEmpty } from "../records/values";

/** The fields that people fill in, where there is something to choose. */
export const differing = (fields: Field[], rows: Row[]): Field[] =>
  fields.filter(({ name, writable }) => writable === "always" && new Set(rows.map((row) => JSON.stringify(isEmpty(row[name]) ? null : row[name]))).size > 1);

/** Taken from another customer only if chosen: a customer without an owner is complete. */
const CHOSEN_ONLY = "ownerId";

/** Whose value a field gets: the chosen one, else that of who stays, else the first that there is. */
export function takenBy(rows: Row[], kept: string, chosen: Record<string, string>, name: string): string {
  const picked = chosen[name];
  if (picked !== undefined) return picked;
  const own = rows.find((row) => idOf("customer", row) === kept);
  if (name === CHOSEN_ONLY || !isEmpty(own?.[name])) return kept;
  const filled = rows.find((row) => !isEmpty(row[name]));
  return filled ? idOf("customer", filled) : kept;
}

const MOVED: Record<string, Key> = {
  contacts: "moved.contacts",
  opportunities: "moved.opportunities",
  followUps: "moved.followUps",
  contracts: "moved.contracts",
  payments: "moved.payments",
  tasks: "moved.tasks",
  customers: "moved.customers",
  externalIds: "moved.externalIds",
};

/** The counts of records that move, by kind, without zeros. */
export const countsOf = (moved: Record<string, number>): [Key, number][] =>
  Object.entries(moved).flatMap(([kind, n]) => (n > 0 && MOVED[kind] ? [[MOVED[kind], n] as [Key, number]] : []));
