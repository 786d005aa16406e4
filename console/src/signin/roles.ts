/** As whom one can look at a tenant of mode `dev`, where a token can be the claims themselves. */
import type { Team, User } from "../api/schema";
import type { Session } from "../state/session";

const ALL = "crm:read crm:write crm:all crm:export crm:reveal crm:admin";
/** Of a person, who sees their own records, and leaders those of their teams. */
const OWN = "crm:read crm:write crm:team crm:export crm:reveal";

const BEYOND_ASCII = /[^ -~]/g;
const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Headers are Latin: other signs are escaped, as JSON allows. */
const claims = (sub: string, scope: string) => JSON.stringify({ sub, scope }).replace(BEYOND_ASCII, escaped);

export const asPerson = (tenant: string, user: string): Session => ({ token: claims(user, OWN), tenant, user: "" });

/** The whole tenant, as whoever leads it; as nobody where there are no teams. */
export function asWhole(tenant: string, people: User[], teams: Team[]): Session {
  const leaders = teams.filter((each) => each.parentId === null).flatMap((each) => each.leaderIds);
  const head = leaders.find((id) => people.some((each) => each.userId === id && each.status === "active"));
  return { token: head === undefined ? "demo" : claims(head, ALL), tenant, user: "" };
}
