import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Team } from "../api/schema";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { TeamDialog } from "./TeamDialog";
import { branches } from "./tree";
import { teams } from "./useOrganisation";
import { AskAdmin } from "./Users";

const INDENT = 24;

/** The tree of teams: leaders see the records of their people, and of those below. */
export function Teams({ admin }: { admin: boolean }) {
  const t = useT();
  const { data, error, refetch } = useQuery(teams);
  const [shown, show] = useState<Team | "new" | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("org.addTeam")}</Button>;
  return (
    <>
      {admin ? <div className="row g8" style={{ marginBottom: 12 }}><span className="mut sp">{t("org.teamsHint")}</span>{data.length > 0 && add}</div> : <AskAdmin />}
      {data.length === 0 ? (
        <Empty icon="users" title={t("org.noTeams")}>{add}</Empty>
      ) : (
        <ul className="card clip">
          {branches(data).map(({ team, depth }) => <TeamRow key={team.teamId} team={team} depth={depth} admin={admin} onEdit={() => show(team)} />)}
        </ul>
      )}
      {shown !== null && <TeamDialog team={shown === "new" ? null : shown} teams={data} onClose={() => show(null)} />}
    </>
  );
}

function TeamRow({ team, depth, admin, onEdit }: { team: Team; depth: number; admin: boolean; onEdit: () => void }) {
  const t = useT();
  const names = useNames();
  const others = team.memberIds.filter((each) => !team.leaderIds.includes(each));
  return (
    <li className="li" style={{ paddingLeft: 12 + depth * INDENT }} aria-level={depth + 1}>
      <Icon name={depth === 0 ? "users" : "right"} />
      <span className="col sp">
        <span className="el">{team.name}</span>
        <span className="row g8 sm mut wrap">
          <span>{t("org.members", { n: team.memberIds.length })}</span>
          {team.leaderIds.map((id) => (
            <span key={id} className="row g4">
              <Person id={id} name={names(id)} />
              {names(id)}
              <span className="tag i">{t("org.leader")}</span>
            </span>
          ))}
          {others.map((id) => (
            <span key={id} className="row g4">
              <Person id={id} name={names(id)} />
              {names(id)}
            </span>
          ))}
        </span>
      </span>
      {admin && <IconButton icon="pen" label={`${t("action.edit")}: ${team.name}`} onClick={onEdit} />}
    </li>
  );
}
