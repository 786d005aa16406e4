import { Link } from "wouter";

import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { periodOf } from "../reports/periods";
import { useTotals } from "../reports/useReports";
import { usePreferences } from "../state/preferences";

/** What is won and what should still come, against the goal of this quarter; nothing without a goal. */
export function GoalBar({ on }: { on: boolean }) {
  const t = useT();
  const { language } = usePreferences();
  const { data } = useTotals(periodOf("quarter", new Date()), on);
  const sums = data?.totals.find((each) => each.targetCents > 0);
  if (!sums) return null;
  const short = (cents: number) => shortMoney(cents, sums.currency, language);
  const share = (cents: number) => Math.min(100, (cents / sums.targetCents) * 100);
  const won = share(sums.wonCents);
  const target = t("deal.goal", { sum: short(sums.targetCents) });
  return (
    <Link href="/reports" className="goal" title={`${target}\n${t("report.weightedHow")}`}>
      <span className="mut">{target}</span>
      <span className="gb" aria-hidden="true">
        <i style={{ width: `${won}%`, background: "var(--c1)" }} />
        <i style={{ width: `${Math.min(100 - won, share(sums.weightedCents))}%`, background: "var(--c3)" }} />
      </span>
      <span><i className="lg" style={{ background: "var(--c1)" }} />{t("report.won")} <b>{short(sums.wonCents)}</b></span>
      <span><i className="lg" style={{ background: "var(--c3)" }} />{t("report.weighted")} <b>{short(sums.weightedCents)}</b></span>
    </Link>
  );
}
