import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Team } from "../api/schema";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Section } from "../settings/Section";
import { Person } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { AskAdmin } from "./AskAdmin";
import { TeamDialog } from "./TeamDialog";
import { branches } from "./tree";
import { teams, useIsAdmin } from "./useOrganisation";

const INDENT = 24;

/** The tree of teams: leaders see the records of their people, and of those below. */
export default function TeamsPage() {
  const t = useT();
  const admin = useIsAdmin();
  const { data, error, refetch } = useQuery(teams);
  const [shown, show] = useState<Team | "new" | null>(null);
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("org.addTeam")}</Button>;
  return (
    <Section title={t("org.teams")} count={data?.length} actions={data && data.length > 0 && add} hint={t("org.teamsHint")}>
      {!admin && <AskAdmin />}
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={4} />}
      {data?.length === 0 && <Empty icon="users" title={t("org.noTeams")}>{add}</Empty>}
      {data && data.length > 0 && (
        <div className="card clip">
          <table className="ct">
            <thead>
              <tr>
                <th>{t("org.teamName")}</th>
                <th className="hide-phone">{t("org.leaders")}</th>
                <th className="hide-phone">{t("org.people")}</th>
                <th className="n">{t("org.number")}</th>
                <th><span className="sr">{t("action.edit")}</span></th>
              </tr>
            </thead>
            <tbody>
              {branches(data).map(({ team, depth }) => <TeamRow key={team.teamId} team={team} depth={depth} admin={admin} onEdit={() => show(team)} />)}
            </tbody>
          </table>
        </div>
      )}
      {shown !== null && <TeamDialog team={shown === "new" ? null : shown} teams={data ?? []} onClose={() => show(null)} />}
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
