import { useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { whoami } from "../api/resources";
import type { Whoami } from "../api/schema";
import { fullTime } from "../format/dates";
import { type Translate, useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Failed, SkeletonLines } from "../ui/States";
import { Section } from "./Section";

const health = { queryKey: ["health"], queryFn: () => body(api.GET("/health")), refetchInterval: 60_000, retry: false };
const KILO = 1024;

type Fact = readonly [string, string];

const count = (n: number) => n.toLocaleString("en-US");

function limitsOf({ limits }: Whoami, t: Translate): Fact[] {
  return [
    [t("service.pageSize"), count(limits.pageSize)],
    [t("service.exportPageSize"), count(limits.exportPageSize)],
    [t("service.bodyBytes"), `${count(Math.round(limits.bodyBytes / KILO))} KiB`],
    [t("service.changesDays"), t("service.days", { n: limits.changesDays })],
    [t("service.reveals"), count(limits.revealsPerDay)],
    [t("service.requests"), limits.requestsPerSecond === null ? t("service.unlimited") : count(limits.requestsPerSecond)],
  ];
}

function securityOf({ auth, features, unmasked }: Whoami, t: Translate): Fact[] {
  const on = (value: boolean) => t(value ? "service.on" : "service.off");
  return [
    [t("service.auth"), t(`service.auth.${auth}`)],
    [t("service.encryption"), on(features.encryption)],
    [t("service.signed"), on(features.signedRequests)],
    [t("service.maskEmail"), on(features.maskEmail)],
    [t("service.unmasked"), t(unmasked ? "service.yes" : "service.no")],
  ];
}

/** The health, the version and the limits of the service. */
export default function ServicePage() {
  const t = useT();
  const { language } = usePreferences();
  const me = useQuery(whoami);
  const state = useQuery(health);
  if (me.error) return <Failed error={me.error} retry={() => void me.refetch()} />;
  const up = state.data?.status === "up";
  const word = state.isPending ? t("service.asking") : t(up ? "service.up" : "service.down");
  return (
    <Section title={t("settings.service")}>
      {!me.data ? (
        <SkeletonLines lines={8} />
      ) : (
        <>
          <Facts
            title={t("service.state")}
            facts={[
              [t("service.database"), word],
              [t("settings.version"), me.data.version],
              [t("service.cell"), state.data?.cell ?? "—"],
              [t("service.time"), fullTime(me.data.serverTime, language)],
            ]}
            tone={state.isPending ? "" : up ? "o" : "d"}
          />
          <Facts title={t("service.security")} facts={securityOf(me.data, t)} />
          <Facts title={t("service.limits")} facts={limitsOf(me.data, t)} />
        </>
      )}
    </Section>
  );
}

/** `tone`: of the first fact. */
function Facts({ title, facts, tone = "" }: { title: string; facts: Fact[]; tone?: string }) {
  return (
    <section aria-label={title}>
      <h2 className="seth">{title}</h2>
      <dl className="setc setf">
        {facts.map(([label, value], at) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{at === 0 && tone ? <span className={`tag ${tone}`}>{value}</span> : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
