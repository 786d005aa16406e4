import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";

import { list, type Resource, whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { Bell } from "../notifications/Bell";
import { teams } from "../organisation/useOrganisation";
import { written } from "../records/filter";
import { open } from "../state/layers";
import { Person } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { CreateMenu } from "./CreateMenu";
import { MyViews } from "./MyViews";
import { type Place, PLACES } from "./places";
import { TenantMenu } from "./TenantMenu";
import { Total } from "./Total";

const MINUTE = 60_000;

function Count({ of }: { of: Resource }) {
  const { data } = useQuery({
    queryKey: [of, "count"],
    queryFn: ({ signal }) => list(of, { pageSize: 1 }, signal),
    staleTime: MINUTE,
  });
  return <Total of={data} />;
}

/** The open tasks of today and before: one's own, or everybody's. */
function DueCount({ own }: { own: boolean }) {
  const mine = own ? [{ field: "assigneeId", op: "=", value: "me" }] : [];
  const conditions = [{ field: "status", op: "=", value: "open" }, { field: "due", op: "<=", value: "today" }, ...mine];
  const { data } = useQuery({
    queryKey: ["task", "due", own],
    queryFn: ({ signal }) => list("task", { filter: written({ any: false, conditions }), pageSize: 1, withTotal: true }, signal),
    staleTime: MINUTE,
  });
  return data?.total === 0 ? null : <Total of={data} />;
}

function Item({ place }: { place: Place }) {
  const t = useT();
  const { data: caller } = useQuery(whoami);
  const [path] = useLocation();
  const on = path === place.path || path.startsWith(`${place.path}/`);
  return (
    <Link href={place.path} className={`it${on ? " on" : ""}`} aria-current={on ? "page" : undefined}>
      <Icon name={place.icon} />
      {t(place.label)}
      {place.counts && <Count of={place.counts} />}
      {place.path === "/today" && caller && <DueCount own={caller.user !== null} />}
    </Link>
  );
}

export function Sidebar() {
  const t = useT();
  return (
    <nav className="nav" aria-label={t("nav.label")}>
      <TenantMenu />
      <div className="find">
        <button type="button" className="f" onClick={() => open({ palette: true })}>
          <Icon name="search" />
          <span className="sp el">{t("nav.find")}</span>
          <kbd>{/Mac/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <CreateMenu
          button={({ toggle }) => <IconButton bordered icon="plus" label={t("nav.create")} onClick={toggle} />}
        />
      </div>
      {PLACES.filter((place) => !place.low).map((place) => (
        <Item key={place.path} place={place} />
      ))}
      <MyViews />
      <span className="sp" />
      {PLACES.filter((place) => place.low).map((place) => (
        <Item key={place.path} place={place} />
      ))}
      <Me />
    </nav>
  );
}

/** Who it is, of which team, and what they were told. */
function Me() {
  const t = useT();
  const { data: caller } = useQuery(whoami);
  const { data: known } = useQuery({ ...teams, staleTime: MINUTE, enabled: caller?.profile != null });
  const name = caller?.profile?.name ?? caller?.user ?? t("settings.allOf");
  const team = known?.find((each) => caller?.profile?.teamIds.includes(each.teamId))?.name;
  return (
    <div className="me">
      <Link href="/settings/me" className="row g8 sp el" title={t("settings.account")}>
        <Person size="m" id={caller?.user ?? "*"} name={name} />
        <span className="el">
          <b>{name}</b>
          {team && <span className="mut">　{team}</span>}
        </span>
      </Link>
      <Bell />
    </div>
  );
}
