import { useChildren } from "../records/useRecord";

const OPEN = 1;

/** Whom and what a note is most likely about: the primary contact, or the only one; the only open deal. */
export function useGuess(customerId: string): { contactId: string; dealId: string } {
  const { data: contacts } = useChildren("contact", { customerId });
  const { data: deals } = useChildren("opportunity", { customerId });
  const people = contacts?.data ?? [];
  const open = deals?.data.filter((each) => each["status"] === OPEN) ?? [];
  const contact = people.find((each) => each["isPrimary"] === true) ?? (people.length === 1 ? people[0] : undefined);
  const deal = open.length === 1 ? open[0] : undefined;
  return { contactId: (contact?.["contactId"] as string | undefined) ?? "", dealId: (deal?.["opportunityId"] as string | undefined) ?? "" };
}
