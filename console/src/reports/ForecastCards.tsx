import { useState } from "react";

import type { Forecast, ForecastRow } from "../api/schema";
import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Card, Figure } from "./Card";
import type { Sheet } from "./csv";
import { GoalsDialog } from "./GoalsDialog";
import { all, dealsOf, quoted, within } from "./links";
import { periodName, type Span } from "./periods";
import { type Choice, useForecast } from "./useReports";

const percent = (part: number, whole: number): number | null => (whole === 0 ? null : Math.round((part / whole) * 100));
const toneOf = (reached: number) => (reached >= 80 ? "" : reached >= 60 ? "amber" : "red");

function Reached({ row }: { row: { wonCents: number; weightedCents: number; targetCents: number } }) {
  const reached = percent(row.wonCents + row.weightedCents, row.targetCents);
  return reached === null ? <span className="mut">—</span> : <span className={toneOf(reached)}>{reached}%</span>;
}

function useSheet(data: Forecast | undefined, name: string, first: string, title: (row: ForecastRow) => string): Sheet | null {
  const t = useT();
  if (!data) return null;
  const head = [first, t("report.currency"), t("report.target"), t("report.won"), t("report.open"), t("report.weighted"), t("report.slipped")];
  const rows = data.data.map((row) => [title(row), row.currency, ...[row.targetCents, row.wonCents, row.openCents, row.weightedCents, row.slippedCents].map((cents) => cents / 100)]);
  return { name, head, rows };
}

const NOTHING = { targetCents: 0, wonCount: 0, wonCents: 0, openCount: 0, openCents: 0, weightedCents: 0, slippedCount: 0, slippedCents: 0 };

/** The lists of the rows, for the whole period. */
function listsOf({ owner, currency }: Choice, span: Span) {
  const whose = owner === "" ? null : `ownerId = ${quoted(owner)}`;
  const money = `currency = ${quoted(currency)}`;
  const due = ["status = 1", within("expectedCloseOn", span)];
  return {
    won: dealsOf(all("stage = 5", within("closedAt", span), money, whose)),
    open: dealsOf(all(...due, money, whose)),
    slipped: dealsOf(all(...due, "expectedCloseOn < today", money, whose)),
  };
}

/** Target, won, expected and late, with the lists behind them. */
export function Kpis({ choice, span }: { choice: Choice; span: Span }) {
  const t = useT();
  const { language } = usePreferences();
  const found = useForecast(choice, "month");
  const [goals, showGoals] = useState(false);
  const sums = found.data?.totals.find((each) => each.currency === choice.currency) ?? NOTHING;
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
            <small>{sums.targetCents === 0 ? t("report.noGoal") : "\u00a0"}</small>
          </dd>
        </div>
        <Kpi name={t("report.won")} to={lists.won} value={short(sums.wonCents)} note={deals(sums.wonCount)} formula={t("report.wonHow")} />
        <Kpi name={t("report.open")} to={lists.open} value={short(sums.openCents)} note={deals(sums.openCount)} formula={t("report.openHow")} />
        <Kpi name={t("report.weighted")} to={lists.open} value={short(sums.weightedCents)} note={t("report.weightedHow")} formula={t("report.weightedHow")} />
        <Expected sums={sums} short={short} />
        <Kpi name={t("report.slipped")} to={lists.slipped} value={short(sums.slippedCents)} tone={sums.slippedCount > 0 ? "red" : ""} note={deals(sums.slippedCount)} formula={t("report.slippedHow")} />
      </dl>
      {goals && <GoalsDialog choice={choice} onClose={() => showGoals(false)} />}
    </Card>
  );
}

function Expected({ sums, short }: { sums: typeof NOTHING; short: (cents: number) => string }) {
  const t = useT();
  const expected = sums.wonCents + sums.weightedCents;
  const reached = percent(expected, sums.targetCents);
  const gap = sums.targetCents - expected;
  if (reached === null) return <Kpi name={t("report.expected")} value={short(expected)} note="" />;
  const note = gap > 0 ? t("report.gap", { n: reached, sum: short(gap) }) : t("report.reached", { n: reached });
  return <Kpi name={t("report.expected")} value={short(expected)} tone={toneOf(reached)} note={note} />;
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

/** Won, weighted and the rest of the open deals, with a mark where the goal is. */
function Bar({ row, most }: { row: ForecastRow; most: number }) {
  const x = (cents: number) => (most === 0 ? 0 : (cents / most) * 298);
  const [won, weighted, open] = [x(row.wonCents), x(row.weightedCents), x(row.openCents)];
  return (
    <svg viewBox="0 0 300 20" preserveAspectRatio="none" height="20" aria-hidden="true">
      <rect className="f4" x="0" y="5" width={x(row.targetCents)} height="10" rx="2" />
      <rect className="f3" x={won} y="5" width={open} height="10" />
      <rect className="f2" x={won} y="5" width={weighted} height="10" />
      <rect className="f1" x="0" y="5" width={won} height="10" />
      {row.targetCents > 0 && <rect className="fk" x={x(row.targetCents) - 1} y="2" width="2" height="16" />}
    </svg>
  );
}

function Keys() {
  const t = useT();
  return (
    <span className="row g8 wrap">
      <span className="key"><i />{t("report.won")}</span>
      <span className="key"><i className="k2" />{t("report.weighted")}</span>
      <span className="key"><i className="k3" />{t("report.open")}</span>
      <span className="key"><i className="k4" />{t("report.target")}</span>
    </span>
  );
}

const sizeOf = (row: ForecastRow) => Math.max(row.targetCents, row.wonCents + row.openCents);

export function OwnersCard({ choice }: { choice: Choice }) {
  const t = useT();
  const { language } = usePreferences();
  const names = useNames();
  const found = useForecast(choice, "owner");
  const called = (row: ForecastRow) => (row.ownerId ? names(row.ownerId) : t("value.nobody"));
  const sheet = useSheet(found.data, `forecast-${choice.period}-owners`, t("record.owner"), called);
  const rows = [...(found.data?.data ?? [])].sort((one, other) => other.wonCents + other.weightedCents - one.wonCents - one.weightedCents);
  const most = Math.max(0, ...rows.map(sizeOf));
  return (
    <Card title={t("report.forecast")} hint={t("report.byOwner")} name="owners" tools={<span className="hide-phone"><Keys /></span>} sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.nothing")}</p>
      ) : (
        <table className="rt">
          <thead>
            <tr>
              <th scope="col">{t("record.owner")}</th>
              <td className="barcell" aria-hidden="true" />
              <th scope="col" className="n">{t("report.won")}</th>
              <th scope="col" className="n">{t("report.open")}</th>
              <th scope="col" className="n hide-phone">{t("report.target")}</th>
              <th scope="col" className="n" title={t("report.reachedHow")}>{t("report.rate")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.ownerId ?? ""}>
                <th scope="row" className="who">
                  <span className="row g8">
                    <Person id={row.ownerId ?? "?"} name={called(row)} />
                    <span className="el">{called(row)}</span>
                  </span>
                </th>
                <td className="barcell"><Bar row={row} most={most} /></td>
                <td className="n"><Figure to={dealsOf(row.filters.won)} title={t("report.wonHow")}>{shortMoney(row.wonCents, row.currency, language)}</Figure></td>
                <td className="n"><Figure to={dealsOf(row.filters.open)} title={t("report.openHow")}>{shortMoney(row.openCents, row.currency, language)}</Figure></td>
                <td className="n hide-phone">{row.targetCents === 0 ? "—" : shortMoney(row.targetCents, row.currency, language)}</td>
                <td className="n"><Reached row={row} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

const HEIGHT = 120;
const STEP = 100;

/** A column for each month, with a line where its goal is; the table below has the figures. */
function Plot({ rows, most }: { rows: ForecastRow[]; most: number }) {
  const y = (cents: number) => (most === 0 ? 0 : (cents / most) * HEIGHT);
  return (
    <svg className="plot" viewBox={`0 0 ${rows.length * STEP} ${HEIGHT + 10}`} preserveAspectRatio="none" aria-hidden="true">
      {[0.25, 0.5, 0.75, 1].map((part) => (
        <line key={part} x1="0" x2={rows.length * STEP} y1={HEIGHT + 5 - part * HEIGHT} y2={HEIGHT + 5 - part * HEIGHT} vectorEffect="non-scaling-stroke" />
      ))}
      {rows.map((row, place) => {
        const [won, weighted, open, goal] = [y(row.wonCents), y(row.weightedCents), y(row.openCents), y(row.targetCents)];
        const left = place * STEP + 28;
        const base = HEIGHT + 5;
        return (
          <g key={row.period}>
            <rect className="f3" x={left} y={base - won - open} width="44" height={open} />
            <rect className="f2" x={left} y={base - won - weighted} width="44" height={weighted} />
            <rect className="f1" x={left} y={base - won} width="44" height={won} />
            {goal > 0 && <line className="goal" x1={left - 8} x2={left + 52} y1={base - goal} y2={base - goal} vectorEffect="non-scaling-stroke" />}
          </g>
        );
      })}
    </svg>
  );
}

export function MonthsCard({ choice }: { choice: Choice }) {
  const t = useT();
  const { language } = usePreferences();
  const found = useForecast(choice, "month");
  const called = (row: ForecastRow) => periodName(row.period ?? "", language);
  const sheet = useSheet(found.data, `forecast-${choice.period}-months`, t("report.month"), called);
  const rows = found.data?.data ?? [];
  return (
    <Card title={t("report.forecast")} hint={t("report.byMonth")} name="months" sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.nothing")}</p>
      ) : (
        <>
          <Plot rows={rows} most={Math.max(0, ...rows.map(sizeOf))} />
          <table className="rt">
            <thead>
              <tr>
                <th scope="col">{t("report.month")}</th>
                <th scope="col" className="n">{t("report.won")}</th>
                <th scope="col" className="n">{t("report.open")}</th>
                <th scope="col" className="n hide-phone">{t("report.slipped")}</th>
                <th scope="col" className="n">{t("report.rate")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.period}>
                  <th scope="row" className="nw">{called(row)}</th>
                  <td className="n"><Figure to={dealsOf(row.filters.won)}>{shortMoney(row.wonCents, row.currency, language)}</Figure></td>
                  <td className="n"><Figure to={dealsOf(row.filters.open)}>{shortMoney(row.openCents, row.currency, language)}</Figure></td>
                  <td className="n hide-phone"><Figure to={dealsOf(row.filters.slipped)} title={t("report.slippedHow")}>{row.slippedCount}</Figure></td>
                  <td className="n"><Reached row={row} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Card>
  );
}
