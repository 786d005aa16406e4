import { useQuery, useQueryClient } from "@tanstack/react-query";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { forgetRecent } from "../state/recent";
import { session, signIn } from "../state/session";

export interface Role {
  user: string;
  name: string;
  on: boolean;
  act: () => void;
}

/** As whom one can look at the tenant; nobody where the token says who it is. */
export function useActAs(): Role[] {
  const t = useT();
  const queries = useQueryClient();
  const { data: caller } = useQuery(whoami);
  const people = useColleagues();
  if (caller?.auth !== "dev" || people.length === 0) return [];
  const as = (user: string) => {
    const now = session.get().session;
    if (now === null || now.user === user) return;
    // What one person read is not for the next.
    queries.clear();
    forgetRecent();
    signIn({ ...now, user });
  };
  const role = (user: string, name: string): Role => ({ user, name, on: (caller.user ?? "") === user, act: () => as(user) });
  return [role("", t("settings.allOf")), ...people.map((each) => role(each.userId, each.name))];
}
