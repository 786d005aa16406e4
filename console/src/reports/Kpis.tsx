import { useState } from "react";

import { daysFrom } from "../format/dates";
import { shortMoney } from "../format/money";
import { type Translate, useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Card, Figure } from "./Card";
import { percent, toneOf } from "./forecast";
import { GoalsDialog } from "./GoalsDialog";
import { all, dealsOf, quoted, within } from "./links";
import { shifted, type Span } from "./periods";
import { type Choice, useForecast } from "./useReports";
import { ownedBy } from "./whose";

const NOTHING = { targetCents: 0, wonCount: 0, wonCents: 0, openCount: 0, openCents: 0, weightedCents: 0, slippedCount: 0, slippedCents: 0 };

/** The lists of the rows, for the whole period. */
export function listsOf(choice: Choice, span: Span) {
  const whose = ownedBy("ownerId", choice);
  const money = `currency = ${quoted(choice.currency)}`;
  const due = ["status = 1", within("expectedCloseOn", span)];
  const won = ["stage = 5", within("closedAt", span)];
  return {
    won: dealsOf(all(...won, money, whose)),
    open: dealsOf(all(...due, money, whose)),
    expected: dealsOf(all(`((${all(...won)}) or (${all(...due)}))`, money, whose)),
    slipped: dealsOf(all(...due, "expectedCloseOn < today", money, whose)),
  };
}

/** Target, won, expected and late, with the lists behind them. */
export function Kpis({ choice, span }: { choice: Choice; span: Span }) {
  const t = useT();
  const { language } = usePreferences();
  const found = useForecast(choice, "month");
  const before = useForecast({ ...choice, period: shifted(choice.period, -1) }, "month");
  const [goals, showGoals] = useState(false);
  const sums = found.data?.totals.find((each) => each.currency === choice.currency) ?? NOTHING;
  const left = daysFrom(span.lastDay);
  const earlier = before.data && !before.isPlaceholderData;
  const better = sums.wonCents - (before.data?.totals.find((each) => each.currency === choice.currency)?.wonCents ?? 0);
  const short = (cents: number) => shortMoney(cents, choice.currency, language);
  const deals = (n: number) => t("report.deals", { n });
  const lists = listsOf(choice, span);
  return (
    <Card title={t("report.summary")} bare name="kpi" sheet={null} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      <dl className="kpis">
        <div>
          <dt>{t("report.target")}</dt>
          <dd>
            <b>
              <button type="button" className="fig" title={t("report.goals")} onClick={() => showGoals(true)}>
                {short(sums.targetCents)}
              </button>
            </b>
            <small>{sums.targetCents === 0 ? t("report.noGoal") : left < 0 ? t("report.over") : t("report.left", { n: left })}</small>
          </dd>
        </div>
        <Kpi name={t("report.won")} to={lists.won} value={short(sums.wonCents)} tone={better > 0 ? "green" : ""} note={[deals(sums.wonCount), earlier && compared(better, short, t)].filter(Boolean).join(t("report.comma"))} formula={t("report.wonHow")} />
        <Kpi name={t("report.open")} to={lists.open} value={short(sums.openCents)} note={deals(sums.openCount)} formula={t("report.openHow")} />
        <Kpi name={t("report.weighted")} to={lists.open} value={short(sums.weightedCents)} note={sums.openCents > 0 ? t("report.ofOpen", { n: percent(sums.weightedCents, sums.openCents) ?? 0 }) : ""} formula={t("report.weightedHow")} />
        <Expected sums={sums} short={short} to={lists.expected} />
        <Kpi name={t("report.slipped")} to={lists.slipped} value={short(sums.slippedCents)} tone={sums.slippedCount > 0 ? "red" : ""} note={deals(sums.slippedCount)} formula={t("report.slippedHow")} />
      </dl>
      {goals && <GoalsDialog choice={choice} onClose={() => showGoals(false)} />}
    </Card>
  );
}

const compared = (better: number, short: (cents: number) => string, t: Translate) =>
  better === 0 ? t("report.asBefore") : t(better > 0 ? "report.more" : "report.less", { sum: short(Math.abs(better)) });

function Expected({ sums, short, to }: { sums: typeof NOTHING; short: (cents: number) => string; to: string }) {
  const t = useT();
  const common = { name: t("report.expected"), to, formula: t("report.expectedHow") };
  const expected = sums.wonCents + sums.weightedCents;
  const reached = percent(expected, sums.targetCents);
  const gap = sums.targetCents - expected;
  if (reached === null) return <Kpi {...common} value={short(expected)} note="" />;
  const note = gap > 0 ? t("report.gap", { n: reached, sum: short(gap) }) : t("report.reached", { n: reached });
  return <Kpi {...common} value={short(expected)} tone={toneOf(reached)} note={note} />;
}

function Kpi({ name, value, note, to, tone = "", formula = "" }: { name: string; value: string; note: string; to?: string; tone?: string; formula?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{to ? <Figure to={to} title={formula}>{value}</Figure> : value}</b>
        <small className={tone}>{note || "\u00a0"}</small>
      </dd>
    </div>
  );
}
