/** Whose reports are shown: everybody's, those of a team and of the teams below it, or of one person. */
import { useQuery } from "@tanstack/react-query";

import { whoami } from "../api/resources";
import type { Team, User } from "../api/schema";
import { type Branch, branches, withBelow } from "../organisation/tree";
import { teams } from "../organisation/useOrganisation";
import { useColleagues } from "../people/useNames";
import { quoted } from "./links";

export interface Whose {
  owner: string;
  team: string;
  /** Of the team; null without one. */
  users: string[] | null;
}

/** Who leads or belongs to a team, or to one below it. */
export function usersOf(known: Team[], teamId: string): string[] {
  const within = withBelow(known, teamId);
  return [...new Set(known.filter((each) => within.has(each.teamId)).flatMap((each) => [...each.leaderIds, ...each.memberIds]))];
}

/** In the list language; null for everybody. */
export function ownedBy(field: string, { owner, users }: Whose): string | null {
  if (owner !== "") return `${field} = ${quoted(owner)}`;
  if (users === null) return null;
  return users.length === 0 ? `${field} = nobody and ${field} is set` : `${field} in (${users.map(quoted).join(", ")})`;
}

export const queryOf = ({ owner, team }: Whose) => ({ ...(owner !== "" && { ownerId: owner }), ...(team !== "" && { teamId: team }) });

/** The teams and the people that there are to choose from: leaders have their own. */
export function useWhoseChoices(team: string): { known: Team[] | undefined; teams: Branch[]; people: User[] } {
  const { data: caller } = useQuery(whoami);
  const colleagues = useColleagues();
  const known = useQuery(teams).data;
  const led = caller?.profile?.leadOf ?? [];
  const seen = new Set(led.flatMap((id) => [...withBelow(known ?? [], id)]));
  const chosen = caller?.sees === "all" ? (known ?? []) : caller?.sees === "team" ? (known ?? []).filter((each) => seen.has(each.teamId)) : [];
  const reach = caller?.sees === "team" ? new Set([...led.flatMap((id) => usersOf(known ?? [], id)), caller.user]) : null;
  const inTeam = team === "" || !known ? null : new Set(usersOf(known, team));
  const people = caller?.sees === "own" ? [] : colleagues.filter((each) => (reach?.has(each.userId) ?? true) && (inTeam?.has(each.userId) ?? true));
  return { known, teams: branches(chosen), people };
}
