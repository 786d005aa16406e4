import "./reports.css";

import type { ReactNode } from "react";
import { useSearchParams } from "wouter";

import { clock, isoDay, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { IconButton, Segments } from "../ui/Button";
import { ActivitiesCard } from "./ActivitiesCard";
import { FunnelCard } from "./FunnelCard";
import { Kpis } from "./Kpis";
import { MonthsCard } from "./MonthsCard";
import { OwnersCard } from "./OwnersCard";
import { isPeriod, type Kind, kindOf, periodName, periodOf, shifted, spanOf } from "./periods";
import { StuckCard } from "./StuckCard";
import { type Choice, useForecast, useTotals } from "./useReports";
import { usersOf, useWhoseChoices } from "./whose";

const MAIN = "CNY";

/** The URL is the state: a link shows the same period, team, person and currency. */
function useChoice() {
  const [params, setParams] = useSearchParams();
  const team = params.get("team") ?? "";
  const { known, teams, people } = useWhoseChoices(team);
  const asked = params.get("period") ?? "";
  const choice: Choice = {
    period: isPeriod(asked) ? asked : periodOf("quarter", new Date()),
    owner: params.get("owner") ?? "",
    team,
    users: team === "" || !known ? null : usersOf(known, team),
    currency: params.get("currency") ?? MAIN,
  };
  const change = (name: keyof Choice, value: string, other?: keyof Choice) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value === "") next.delete(name);
      else next.set(name, value);
      if (other) next.delete(other);
      return next;
    });
  return { choice, change, teams, people, ready: team === "" || known !== undefined };
}

/** The Monday meeting: what is expected, what stands still, what becomes of deals, who did what. */
export default function ReportsPage() {
  const t = useT();
  const { language } = usePreferences();
  const { choice, change, teams, people, ready } = useChoice();
  const { period, owner, team, currency } = choice;
  const totals = useTotals(period).data?.totals ?? [];
  const currencies = [...new Set([MAIN, currency, ...totals.map((each) => each.currency)])];
  const span = spanOf(period);
  const asOf = useForecast(choice, "month").dataUpdatedAt;
  return (
    <>
      <header className="top">
        <h1>{t("nav.reports")}</h1>
        <span className="sp" />
        {asOf > 0 && <span className="sm mut nw hide-phone">{t("report.asOf", { time: `${shortDay(isoDay(new Date(asOf)), language)} ${clock(new Date(asOf).toISOString())}` })}</span>}
        <Segments
          label={t("report.length")}
          value={kindOf(period)}
          options={(["month", "quarter", "year"] as const).map((value) => ({ value, label: t(`report.of.${value}`) }))}
          onChange={(kind: Kind) => change("period", periodOf(kind, new Date()))}
        />
      </header>
      <div className="bar">
        <IconButton small icon="left" label={t("action.previous")} onClick={() => change("period", shifted(period, -1))} />
        <b className="nw" aria-live="polite">{periodName(period, language)}</b>
        <span className="md mut nw hide-phone">{`${shortDay(span.firstDay, language)} – ${shortDay(span.lastDay, language)}`}</span>
        <IconButton small icon="right" label={t("action.next")} onClick={() => change("period", shifted(period, 1))} />
        <div className="chips">
          {teams.length > 0 && (
            <Pick label={t("org.team")} value={team} onChange={(value) => change("team", value, "owner")}>
              <option value="">{t("report.everyTeam")}</option>
              {teams.map(({ team: each, depth }) => <option key={each.teamId} value={each.teamId}>{`${"\u3000".repeat(depth)}${each.name}`}</option>)}
            </Pick>
          )}
          {people.length > 0 && (
            <Pick label={t("record.owner")} value={owner} onChange={(value) => change("owner", value)}>
              <option value="">{t("report.everybody")}</option>
              {people.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
            </Pick>
          )}
          <Pick label={t("report.currency")} value={currency} onChange={(value) => change("currency", value)}>
            {currencies.map((each) => <option key={each}>{each}</option>)}
          </Pick>
        </div>
      </div>
      {ready && (
        <div className="reps">
          <Kpis choice={choice} span={span} />
          <OwnersCard choice={choice} span={span} />
          <FunnelCard choice={choice} span={span} />
          <StuckCard choice={choice} />
          <ActivitiesCard whose={choice} period={period} />
          <MonthsCard choice={choice} />
        </div>
      )}
    </>
  );
}

function Pick({ label, value, onChange, children }: { label: string; value: string; onChange: (value: string) => void; children: ReactNode }) {
  return (
    <span className="chip pick">
      <span aria-hidden="true">{label}</span>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </span>
  );
}
