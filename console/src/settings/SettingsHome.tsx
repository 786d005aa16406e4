import "./settings.css";

import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { ActAs } from "../shell/ActAs";
import { PLACES } from "../shell/places";
import { signOut } from "../state/session";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { GROUPS, type Item } from "./groups";

/** The bar of the phone has these. */
const IN_BAR = ["/today", "/customers", "/deals", "/settings"];

/** All other places of the console, on the phone. */
export function SettingsHome() {
  const t = useT();
  const { data } = useQuery(whoami);
  const name = data?.profile?.name ?? data?.user ?? t("settings.allOf");
  const places: Item[] = PLACES.filter(({ path }) => !IN_BAR.includes(path));
  return (
    <>
      <header className="top">
        <h1>{t("nav.me")}</h1>
      </header>
      <div className="cl" style={{ background: "var(--sunken)", paddingTop: 12 }}>
        <Link href="/settings/me" className="card row g12" style={{ padding: 14 }}>
          <Person size="b" id={data?.user ?? "*"} name={name} />
          <span className="col sp">
            <b className="el">{name}</b>
            <span className="sm mut el">{data?.tenantId ?? "…"}</span>
          </span>
          <Icon name="right" />
        </Link>
        <ActAs />
        <Links label={t("nav.more")} items={places} />
        {GROUPS.slice(1).map((group) => (
          <Links key={group.label} label={t(group.label)} items={group.items.filter((each) => !each.deskOnly)} />
        ))}
        <Button icon="logout" style={{ width: "100%", margin: "20px 0 12px" }} onClick={signOut}>
          {t("action.signOut")}
        </Button>
      </div>
    </>
  );
}

function Links({ label, items }: { label: string; items: Item[] }) {
  const t = useT();
  return (
    <nav aria-label={label}>
      <h2 className="setg">{label}</h2>
      <div className="card clip">
        {items.map(({ path, label: name, icon }) => (
          <Link key={path} href={path} className="li">
            <Icon name={icon} />
            <span className="sp">{t(name)}</span>
            <Icon name="right" />
          </Link>
        ))}
      </div>
    </nav>
  );
}
