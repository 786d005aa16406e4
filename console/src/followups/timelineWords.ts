import type { Resource, Row } from "../api/resources";
import { useLabel } from "../i18n/translate";
import { useFields } from "../records/fields";
import { useChildren } from "../records/useRecord";
import type { TimelineItem } from "./useTimeline";

const DAY = 86_400_000;

/** What an option is called. */
export function useOption(resource: Resource, name: string): (value: string | number) => string {
  const label = useLabel();
  const { fields } = useFields(resource);
  const field = fields.find((each) => each.name === name);
  return (value) => {
    const option = field?.options.find((each) => each.value === value);
    return option ? label(option.label) : String(value);
  };
}

/** The titles of the customer's own records, which the page has read already. */
export function useTitles(customerId: string): (id: string | null | undefined) => string {
  const { data: contacts } = useChildren("contact", { customerId });
  const { data: deals } = useChildren("opportunity", { customerId });
  const { data: contracts } = useChildren("contract", { customerId });
  const found = new Map<unknown, unknown>();
  const note = (rows: Row[] | undefined, id: string, title: string) => rows?.forEach((row) => found.set(row[id], row[title]));
  note(contacts?.data, "contactId", "name");
  note(deals?.data, "opportunityId", "title");
  note(contracts?.data, "contractId", "contractNo");
  return (id) => (id ? ((found.get(id) as string | undefined) ?? "") : "");
}

/** Days at the stage before, where the move to it is among the items. */
export function daysBefore(item: TimelineItem, older: TimelineItem[]): number | null {
  const id = item.stage?.opportunityId;
  if (!id || item.stage?.fromStage == null) return null;
  const before = older.find((each) => each.stage?.opportunityId === id);
  return before ? Math.round((Date.parse(item.at) - Date.parse(before.at)) / DAY) : null;
}
