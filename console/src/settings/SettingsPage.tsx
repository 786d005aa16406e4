import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { open } from "../state/layers";
import { signOut } from "../state/session";
import { PLACES } from "../shell/places";
import { Button } from "../ui/Button";
import { CalendarAddress } from "./CalendarAddress";
import { Preferences } from "./Preferences";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";

export default function SettingsPage() {
  const t = useT();
  return (
    <>
      <header className="top">
        <h1>{t("settings.title")}</h1>
      </header>
      <div className="cl">
        <div style={{ maxWidth: 560 }}>
          <More />
          <Preferences />
          <div className="hr" />
          <Account />
          <div className="hr" />
          <Calendar />
          <Developers />
          <div className="hr" />
          <div className="row g8 wrap">
            <Button className="hide-phone" onClick={() => open({ keys: true })}>
              {t("settings.shortcuts")}
            </Button>
            <Button icon="logout" onClick={signOut}>
              {t("action.signOut")}
            </Button>
          </div>
        </div>
      </div>
    </>
  );
}

function Developers() {
  const t = useT();
  const links = [
    { path: "/me/api-keys", label: t("keys.title"), icon: "key" as const },
    { path: "/reference", label: t("nav.docs"), icon: "link" as const },
  ];
  return (
    <nav aria-label={t("settings.developers")}>
      <h2 className="h">{t("settings.developers")}</h2>
      <div className="card clip" style={{ marginTop: 8 }}>
        {links.map(({ path, label, icon }) => (
          <Link key={path} href={path} className={path === "/reference" ? "li hide-phone" : "li"}>
            <Icon name={icon} />
            <span className="sp">{label}</span>
            <Icon name="right" />
          </Link>
        ))}
      </div>
    </nav>
  );
}

/** Only users have one. */
function Calendar() {
  const { data } = useQuery(whoami);
  if (data?.user == null) return null;
  return (
    <>
      <CalendarAddress />
      <div className="hr" />
    </>
  );
}

/** The places that the bar of the phone has no room for. */
function More() {
  const t = useT();
  const more = PLACES.filter(({ path }) => !["/today", "/customers", "/deals"].includes(path));
  return (
    <nav className="card clip only-phone" aria-label={t("nav.more")} style={{ marginBottom: 16 }}>
      {more.map(({ path, label, icon }) => (
        <Link key={path} href={path} className="li">
          <Icon name={icon} />
          <span className="sp">{t(label)}</span>
          <Icon name="right" />
        </Link>
      ))}
    </nav>
  );
}

function Account() {
  const t = useT();
  const { data, error, refetch } = useQuery(whoami);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const facts = [
    [t("settings.user"), data.user ?? t("settings.allOf")],
    [t("signin.tenant"), data.tenantId],
    [t("settings.sees"), data.sees === "all" ? t("settings.seesAll") : t("settings.seesOwn")],
    [t("settings.version"), data.version],
  ] as const;
  return (
    <>
      <h2 className="h">{t("settings.account")}</h2>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name} className="kv">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
