import type { AuditLog } from "../api/schema";

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** The rules of duplicates are a table: the page of them shows it, a sentence does not. */
const TABLES = ["duplicate_policy"];
const AFTER_NAME = /\s*[「"“]?duplicate_policy.*$/s;

interface Words {
  /** What people are called. */
  name: (userId: string) => string;
  time: (iso: string) => string;
}

/** The sentence of the service, with the names of people for their ids and times as clocks here show them. */
export function sentenceOf(row: AuditLog, { name, time }: Words): string {
  const { actor, summary } = row;
  if (TABLES.includes(row.resourceType)) return withName(summary.replace(AFTER_NAME, ""), actor, name);
  let text = withName(summary, actor, name).replace(TIME, time);
  for (const id of peopleIn(row)) {
    // Values stand at the end of a change: after an arrow, or before one.
    if (name(id) !== id) text = text.replaceAll(` → ${id}`, ` → ${name(id)}`).replaceAll(` ${id} →`, ` ${name(id)} →`);
  }
  return text;
}

/** Sentences begin with the id of who did it. */
function withName(text: string, actor: string | null, name: Words["name"]): string {
  return actor && text.startsWith(actor) ? `${name(actor)}${text.slice(actor.length)}` : text;
}

const PERSON = /(?:Id|By)$/;

function peopleIn({ changes }: AuditLog): string[] {
  const found = Object.entries(changes as Record<string, { before?: unknown; after?: unknown } | null>)
    .filter(([member]) => PERSON.test(member))
    .flatMap(([, change]) => [change?.before, change?.after]);
  return [...new Set(found.filter((each): each is string => typeof each === "string"))];
}
