import "./reports.css";

import { useSearchParams } from "wouter";

import { clock, isoDay, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
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

const MAIN = "CNY";

/** The URL is the state: a link shows the same period, person and currency. */
function useChoice() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("period") ?? "";
  const choice: Choice = {
    period: isPeriod(asked) ? asked : periodOf("quarter", new Date()),
    owner: params.get("owner") ?? "",
    currency: params.get("currency") ?? MAIN,
  };
  const change = (name: keyof Choice, value: string) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value === "") next.delete(name);
      else next.set(name, value);
      return next;
    });
  return { choice, change };
}

/** The Monday meeting: what is expected, what stands still, what becomes of deals, who did what. */
export default function ReportsPage() {
  const t = useT();
  const { language } = usePreferences();
  const { choice, change } = useChoice();
  const { period, owner, currency } = choice;
  const colleagues = useColleagues();
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
          <span className="chip pick">
            <span aria-hidden="true">{t("record.owner")}</span>
            <select aria-label={t("record.owner")} value={owner} onChange={(event) => change("owner", event.target.value)}>
              <option value="">{t("report.everybody")}</option>
              {colleagues.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
            </select>
          </span>
          <span className="chip pick">
            <span aria-hidden="true">{t("report.currency")}</span>
            <select aria-label={t("report.currency")} value={currency} onChange={(event) => change("currency", event.target.value)}>
              {currencies.map((each) => <option key={each}>{each}</option>)}
            </select>
          </span>
        </div>
      </div>
      <div className="reps">
        <Kpis choice={choice} span={span} />
        <OwnersCard choice={choice} />
        <FunnelCard choice={choice} span={span} />
        <StuckCard choice={choice} />
        <ActivitiesCard owner={owner} period={period} />
        <MonthsCard choice={choice} />
      </div>
    </>
  );
}
