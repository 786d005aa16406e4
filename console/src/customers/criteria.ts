import type { Draft } from "../records/values";

/** What a check for duplicates is asked for. */
interface Criteria {
  name?: string;
  phone?: string;
  email?: string;
  uscc?: string;
}

const SHORTEST_NAME = 2;
const WHOLE_PHONE = 7;
const WHOLE_USCC = 18;

const text = (draft: Draft, name: string): string => {
  const value = draft[name];
  return typeof value === "string" ? value.trim() : "";
};

/** Only what is typed to its end: half a number is another number, and each check counts. */
export function criteriaOf(draft: Draft): Criteria {
  const found: Criteria = {};
  const name = text(draft, "name");
  const phone = text(draft, "contactPhone");
  const email = text(draft, "contactEmail");
  const uscc = text(draft, "uscc");
  if (name.length >= SHORTEST_NAME) found.name = name;
  if (phone.replace(/\D/g, "").length >= WHOLE_PHONE) found.phone = phone;
  if (/^\S+@\S+\.\S+$/.test(email)) found.email = email;
  if (uscc.length === WHOLE_USCC) found.uscc = uscc;
  return found;
}
