import { useQuery, useQueryClient } from "@tanstack/react-query";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { teams } from "../organisation/useOrganisation";
import { useColleagues } from "../people/useNames";
import { asPerson, asWhole } from "../signin/roles";
import { forgetRecent } from "../state/recent";
import { type Session, session, signIn } from "../state/session";

export interface Role {
  user: string;
  name: string;
  /** Whether they lead a team, or see everything. */
  note: string;
  on: boolean;
  act: () => void;
}

/** As whom one can look at the tenant; nobody where the token says who it is. */
export function useActAs(): Role[] {
  const t = useT();
  const queries = useQueryClient();
  const { data: caller } = useQuery(whoami);
  const people = useColleagues();
  const known = useQuery({ ...teams, enabled: caller?.auth === "dev" }).data;
  const now = session.get().session;
  if (caller?.auth !== "dev" || people.length === 0 || !known || now === null) return [];
  const whole = caller.sees === "all";
  const as = (role: Session) => {
    // What one person read is not for the next.
    queries.clear();
    forgetRecent();
    signIn(role);
  };
  const role = (user: string, name: string, note: string, on: boolean, to: Session): Role => ({ user, name, note, on, act: () => !on && as(to) });
  return [
    role("", t("settings.allOf"), t("signin.admin"), whole, asWhole(now.tenant, people, known)),
    ...people.map((each) =>
      role(each.userId, each.name, t(each.leadOf.length > 0 ? "signin.leader" : "signin.member"), !whole && caller.user === each.userId, asPerson(now.tenant, each.userId)),
    ),
  ];
}
