import type { Span } from "./periods";

/** Text in the list language. */
export const quoted = (text: string): string => JSON.stringify(text);

export const all = (...conditions: (string | null)[]): string => conditions.filter((each) => each !== null).join(" and ");

export const within = (field: string, { firstDay, lastDay }: Span): string => `${field} between ${firstDay} and ${lastDay}`;

const to = (path: string, filter: string) => `${path}${path.includes("?") ? "&" : "?"}filter=${encodeURIComponent(filter)}`;

export const dealsOf = (filter: string): string => to("/deals?mode=table", filter);
export const customersOf = (filter: string): string => to("/customers", filter);
export const followUpsOf = (filter: string): string => to("/follow-ups", filter);
export const tasksOf = (filter: string): string => to("/tasks", filter);
