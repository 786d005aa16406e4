import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";

import { list, type Resource, whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { open } from "../state/layers";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Person } from "../ui/Avatar";
import { Bell } from "../notifications/Bell";
import { Logo } from "../signin/SignIn";
import { CreateMenu } from "./CreateMenu";
import { type Place, PLACES } from "./places";

const MINUTE = 60_000;

function Count({ of }: { of: Resource }) {
  const { data } = useQuery({
    queryKey: [of, "count"],
    queryFn: ({ signal }) => list(of, { pageSize: 1 }, signal),
    staleTime: MINUTE,
  });
  return data?.total == null ? null : <i>{data.total.toLocaleString("en-US")}</i>;
}

function Item({ place }: { place: Place }) {
  const t = useT();
  const [path] = useLocation();
  const on = path === place.path || path.startsWith(`${place.path}/`);
  return (
    <Link href={place.path} className={`it${on ? " on" : ""}`} aria-current={on ? "page" : undefined}>
      <Icon name={place.icon} />
      {t(place.label)}
      {place.counts && <Count of={place.counts} />}
    </Link>
  );
}

export function Sidebar() {
  const t = useT();
  const { data: caller } = useQuery(whoami);
  return (
    <nav className="nav" aria-label={t("nav.label")}>
      <div className="ws">
        <Logo />
        <b className="el">{caller?.tenantId ?? t("app.name")}</b>
        <Bell />
      </div>
      <div className="find">
        <button type="button" className="f" onClick={() => open({ palette: true })}>
          <Icon name="search" />
          <span className="sp el">{t("nav.search")}</span>
          <kbd>{/Mac/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <CreateMenu
          button={({ toggle }) => <IconButton bordered icon="plus" label={t("nav.create")} onClick={toggle} />}
        />
      </div>
      {PLACES.filter((place) => !place.low).map((place) => (
        <Item key={place.path} place={place} />
      ))}
      <span className="sp" />
      {PLACES.filter((place) => place.low).map((place) => (
        <Item key={place.path} place={place} />
      ))}
      <Link href="/settings/me" className="me">
        <Person size="m" id={caller?.user ?? "*"} name={caller?.user ?? t("settings.allOf")} />
        <b className="sp el">{caller?.user ?? t("settings.allOf")}</b>
      </Link>
    </nav>
  );
}
