import type { Team } from "../api/schema";

export interface Branch {
  team: Team;
  depth: number;
}

/** Teams below those that they belong to, each level by name. */
export function branches(teams: Team[]): Branch[] {
  const known = new Set(teams.map((each) => each.teamId));
  const below = (parent: string | null, depth: number): Branch[] =>
    teams
      .filter((each) => (each.parentId !== null && known.has(each.parentId) ? each.parentId : null) === parent)
      .sort((one, other) => one.name.localeCompare(other.name))
      .flatMap((team) => [{ team, depth }, ...below(team.teamId, depth + 1)]);
  return below(null, 0);
}

/** A team and all below it: none of them can be above it. */
export function withBelow(teams: Team[], teamId: string): Set<string> {
  const found = new Set([teamId]);
  for (const { team } of branches(teams)) if (team.parentId !== null && found.has(team.parentId)) found.add(team.teamId);
  return found;
}
