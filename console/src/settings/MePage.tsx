import { useQuery } from "@tanstack/react-query";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { open } from "../state/layers";
import { signOut } from "../state/session";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Failed, SkeletonLines } from "../ui/States";
import { CalendarAddress } from "./CalendarAddress";
import { Preferences } from "./Preferences";
import { Section } from "./Section";

/** Who is signed in, and how this browser shows the console. */
export function MePage() {
  const t = useT();
  return (
    <Section
      title={t("settings.me")}
      actions={
        <Button className="hide-phone" onClick={() => open({ keys: true })} hint="?">
          {t("settings.shortcuts")}
        </Button>
      }
    >
      <Account />
      <h2 className="seth">{t("settings.appearance")}</h2>
      <Preferences />
      <Calendar />
    </Section>
  );
}

/** Only users have one. */
function Calendar() {
  const { data } = useQuery(whoami);
  return data?.user == null ? null : <CalendarAddress />;
}

function Account() {
  const t = useT();
  const { data, error, refetch } = useQuery(whoami);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const name = data.profile?.name ?? data.user ?? t("settings.allOf");
  const facts = [
    [t("signin.tenant"), data.tenantId],
    [t("settings.user"), data.user ?? "—"],
    [t("org.email"), data.profile?.email ?? "—"],
    [t("org.timeZone"), data.profile?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone],
    [t("settings.sees"), t(`settings.sees.${data.sees}`)],
  ] as const;
  return (
    <section className="setc" aria-label={t("settings.account")}>
      <div className="setr">
        <Person size="b" id={data.user ?? "*"} name={name} />
        <span className="col">
          <b className="el">{name}</b>
          <span className="sm mut">{t("settings.account")}</span>
        </span>
        <Button icon="logout" onClick={signOut}>
          {t("action.signOut")}
        </Button>
      </div>
      <dl className="setf">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
