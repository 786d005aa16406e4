import { useQuery } from "@tanstack/react-query";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import type { Quick } from "../records/FilterBar";

/** Whether the caller leads a team whose records they see. */
export function useLeads(): boolean {
  const { data: caller } = useQuery(whoami);
  return (caller?.profile?.leadOf.length ?? 0) > 0 && caller?.sees !== "own";
}

/** One's own records and those of the team, for those who have them. */
export function useWhoseFilters(field: string): Quick[] {
  const t = useT();
  const { data: caller } = useQuery(whoami);
  const leads = useLeads();
  if (!caller?.user) return [];
  const whose = (label: string, value: string): Quick => ({ label, condition: { field, op: "=", value } });
  return [whose(t("list.mine"), "me"), ...(leads ? [whose(t("list.team"), "myTeam")] : [])];
}
