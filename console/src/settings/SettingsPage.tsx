import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { prefer, usePreferences } from "../state/preferences";
import { open } from "../state/layers";
import { signOut } from "../state/session";
import { PLACES } from "../shell/places";
import { Button, Segments } from "../ui/Button";
import { CalendarAddress } from "./CalendarAddress";
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

function Preferences() {
  const t = useT();
  const { language, theme, density } = usePreferences();
  return (
    <dl>
      <div className="kv">
        <dt>{t("settings.language")}</dt>
        <dd>
          <Segments
            label={t("settings.language")}
            value={language}
            options={[
              { value: "zh", label: "简体中文" },
              { value: "en", label: "English" },
            ]}
            onChange={(value) => prefer({ language: value })}
          />
        </dd>
      </div>
      <div className="kv">
        <dt>{t("settings.theme")}</dt>
        <dd>
          <Segments
            label={t("settings.theme")}
            value={theme}
            options={[
              { value: "light", label: t("settings.light") },
              { value: "dark", label: t("settings.dark") },
              { value: "system", label: t("settings.system") },
            ]}
            onChange={(value) => prefer({ theme: value })}
          />
        </dd>
      </div>
      <div className="kv hide-phone">
        <dt>{t("settings.density")}</dt>
        <dd>
          <Segments
            label={t("settings.density")}
            value={density}
            options={[
              { value: "comfortable", label: t("settings.comfortable") },
              { value: "compact", label: t("settings.compact") },
            ]}
            onChange={(value) => prefer({ density: value })}
          />
        </dd>
      </div>
    </dl>
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
