import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import type { User } from "../api/schema";
import { useT } from "../i18n/translate";
import { people } from "../people/useNames";
import { Section } from "../settings/Section";
import { Table } from "../settings/Table";
import { Person } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Loaded } from "../ui/Loaded";
import { Empty } from "../ui/States";
import { AskAdmin } from "./AskAdmin";
import { teams, useIsAdmin } from "./useOrganisation";
import { UserDialog } from "./UserDialog";

/** Everybody who works with the records, and where they belong. */
export default function UsersPage() {
  const t = useT();
  const admin = useIsAdmin();
  const found = useQuery(people);
  const [shown, show] = useState<User | "new" | null>(null);
  const add = admin && <Button icon="plus" look="primary" onClick={() => show("new")}>{t("org.addUser")}</Button>;
  const rows = [...(found.data ?? [])].sort((one, other) => one.status.localeCompare(other.status) || one.name.localeCompare(other.name));
  const columns = [
    { label: t("org.name") },
    { label: t("org.userId"), className: "hide-phone" },
    { label: t("org.email"), className: "hide-phone" },
    { label: t("org.teams"), className: "hide-phone" },
    { label: t("org.status") },
    { label: t("action.edit"), silent: true },
  ];
  return (
    <Section title={t("org.users")} count={found.data?.length} actions={rows.length > 0 && add} hint={admin && t("org.usersHint")}>
      {!admin && <AskAdmin />}
      <Loaded found={found} lines={6}>
        {() => rows.length === 0 ? (
          <Empty icon="users" title={t("org.noUsers")} hint={t("org.noUsersHint")}>{add}</Empty>
        ) : (
          <Table columns={columns}>
            {rows.map((user) => <UserRow key={user.userId} user={user} admin={admin} onEdit={() => show(user)} />)}
          </Table>
        )}
      </Loaded>
      {shown !== null && <UserDialog user={shown === "new" ? null : shown} onClose={() => show(null)} />}
    </Section>
  );
}

function UserRow({ user, admin, onEdit }: { user: User; admin: boolean; onEdit: () => void }) {
  const t = useT();
  const { data } = useQuery(teams);
  const nameOf = (id: string) => data?.find((each) => each.teamId === id)?.name ?? "…";
  // Who leads a team need not be a member of it.
  const of = [...new Set([...user.leadOf, ...user.teamIds])];
  const left = user.status === "left";
  return (
    <tr className={left ? "off" : ""}>
      <th scope="row" className="nm">
        <span className="row g8">
          <Person size="m" id={user.userId} name={user.name} />
          <span className="col">
            <span>{user.name}</span>
            <span className="sm mut only-phone">{of.map(nameOf).join(t("today.comma")) || user.userId}</span>
          </span>
        </span>
      </th>
      <td className="hide-phone">{user.userId}</td>
      <td className="hide-phone">{user.email ?? "—"}</td>
      <td className="hide-phone">
        <span className="row g6 wrap">
          {of.length === 0 && "—"}
          {of.map((id) => (
            <span key={id} className={user.leadOf.includes(id) ? "tag i" : "tag n"}>
              {user.leadOf.includes(id) ? t("org.leadsTeam", { name: nameOf(id) }) : nameOf(id)}
            </span>
          ))}
        </span>
      </td>
      <td className="nw">{t(left ? "org.left" : "org.active")}</td>
      <td className="fit">
        {admin && (
          <span className="row g4" style={{ justifyContent: "flex-end" }}>
            {!left && <Link href={`/settings/handover?from=${encodeURIComponent(user.userId)}`} className="btn sm hide-phone">{t("org.handOver")}</Link>}
            <IconButton icon="pen" label={`${t("action.edit")}: ${user.name}`} onClick={onEdit} />
          </span>
        )}
      </td>
    </tr>
  );
}
