import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import type { User } from "../api/schema";
import { useT } from "../i18n/translate";
import { people } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { teams } from "./useOrganisation";
import { UserDialog } from "./UserDialog";

export function AskAdmin() {
  const t = useT();
  return (
    <p className="note n" style={{ marginBottom: 12 }}>
      <Icon name="info" />
      {t("org.ask")}
    </p>
  );
}

export function Users({ admin }: { admin: boolean }) {
  const t = useT();
  const { data, error, refetch } = useQuery(people);
  const [shown, show] = useState<User | "new" | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={6} />;
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("org.addUser")}</Button>;
  const rows = [...data].sort((one, other) => one.status.localeCompare(other.status) || one.name.localeCompare(other.name));
  return (
    <>
      {admin ? <div className="row" style={{ marginBottom: 12 }}><span className="mut sp">{t("org.count", { n: data.length })}</span>{add}</div> : <AskAdmin />}
      {rows.length === 0 ? (
        <Empty icon="users" title={t("org.noUsers")} hint={t("org.noUsersHint")}>{add}</Empty>
      ) : (
        <ul className="card clip">
          {rows.map((user) => <UserRow key={user.userId} user={user} admin={admin} onEdit={() => show(user)} />)}
        </ul>
      )}
      {shown !== null && <UserDialog user={shown === "new" ? null : shown} onClose={() => show(null)} />}
    </>
  );
}

function UserRow({ user, admin, onEdit }: { user: User; admin: boolean; onEdit: () => void }) {
  const t = useT();
  const { data } = useQuery(teams);
  const nameOf = (id: string) => data?.find((each) => each.teamId === id)?.name ?? "…";
  const of = user.teamIds.map(nameOf).join(t("today.comma"));
  const left = user.status === "left";
  return (
    <li className="li">
      <Person size="b" id={user.userId} name={user.name} />
      <span className="col sp">
        <span className="row g6">
          <span className="el">{user.name}</span>
          {user.leadOf.length > 0 && <span className="tag i">{t("org.leads")}</span>}
          {left && <span className="tag n">{t("org.left")}</span>}
        </span>
        <span className="sm mut el">{[user.userId, user.email, of].filter(Boolean).join(" · ")}</span>
      </span>
      {admin && (
        <>
          {!left && <Link href={`/organisation?tab=handover&from=${encodeURIComponent(user.userId)}`} className="btn sm hide-phone">{t("org.handOver")}</Link>}
          <IconButton icon="pen" label={`${t("action.edit")}: ${user.name}`} onClick={onEdit} />
        </>
      )}
    </li>
  );
}
