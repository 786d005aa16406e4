import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Team } from "../api/schema";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Section } from "../settings/Section";
import { Table } from "../settings/Table";
import { Person } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Loaded } from "../ui/Loaded";
import { Empty } from "../ui/States";
import { AskAdmin } from "./AskAdmin";
import { TeamDialog } from "./TeamDialog";
import { branches } from "./tree";
import { teams, useIsAdmin } from "./useOrganisation";

const INDENT = 24;

/** The tree of teams: leaders see the records of their people, and of those below. */
export default function TeamsPage() {
  const t = useT();
  const admin = useIsAdmin();
  const found = useQuery(teams);
  const [shown, show] = useState<Team | "new" | null>(null);
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("org.addTeam")}</Button>;
  const columns = [
    { label: t("org.teamName") },
    { label: t("org.leaders"), className: "hide-phone" },
    { label: t("org.people"), className: "hide-phone" },
    { label: t("org.number"), className: "n" },
    { label: t("action.edit"), silent: true },
  ];
  return (
    <Section title={t("org.teams")} count={found.data?.length} actions={!!found.data?.length && add} hint={t("org.teamsHint")}>
      {!admin && <AskAdmin />}
      <Loaded found={found} lines={4}>
        {(all) => all.length === 0 ? (
          <Empty icon="users" title={t("org.noTeams")}>{add}</Empty>
        ) : (
          <Table columns={columns}>
            {branches(all).map(({ team, depth }) => <TeamRow key={team.teamId} team={team} depth={depth} admin={admin} onEdit={() => show(team)} />)}
          </Table>
        )}
      </Loaded>
      {shown !== null && <TeamDialog team={shown === "new" ? null : shown} teams={found.data ?? []} onClose={() => show(null)} />}
    </Section>
  );
}

function TeamRow({ team, depth, admin, onEdit }: { team: Team; depth: number; admin: boolean; onEdit: () => void }) {
  const t = useT();
  const names = useNames();
  return (
    <tr>
      <th scope="row" className="nm">
        <span className="col" style={{ paddingLeft: depth * INDENT }}>
          <span>{team.name}</span>
          <span className="sm mut only-phone">{team.leaderIds.map(names).join(t("today.comma"))}</span>
        </span>
      </th>
      <td className="hide-phone"><Members ids={team.leaderIds} /></td>
      <td className="hide-phone"><Members ids={team.memberIds} /></td>
      <td className="n">{team.memberIds.length}</td>
      <td className="fit">{admin && <IconButton icon="pen" label={`${t("action.edit")}: ${team.name}`} onClick={onEdit} />}</td>
    </tr>
  );
}

function Members({ ids }: { ids: string[] }) {
  const names = useNames();
  if (ids.length === 0) return "—";
  return (
    <span className="row wrap" style={{ gap: "2px 12px" }}>
      {ids.map((id) => (
        <span key={id} className="row g4">
          <Person id={id} name={names(id)} />
          {names(id)}
        </span>
      ))}
    </span>
  );
}
