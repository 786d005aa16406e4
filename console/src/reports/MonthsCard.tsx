import type { ForecastRow } from "../api/schema";
import { toDate } from "../format/dates";
import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Card, Figure } from "./Card";
import { Reached, sizeOf, useSheet } from "./forecast";
import { dealsOf } from "./links";
import { Keys } from "./OwnersCard";
import { periodName } from "./periods";
import { type Choice, useForecast } from "./useReports";

const HEIGHT = 120;
const STEP = 100;
/** More months than these have one letter each. */
const SHORT = 6;

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
            {goal > 0 && <line className="target" x1={left - 8} x2={left + 52} y1={base - goal} y2={base - goal} vectorEffect="non-scaling-stroke" />}
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
  const monthOf = (row: ForecastRow, many: number) => {
    const date = toDate(`${row.period ?? ""}-01`);
    if (many > SHORT && language === "en") return date.toLocaleDateString("en-GB", { month: "narrow" });
    return date.toLocaleDateString(language === "zh" ? "zh-CN" : "en-GB", { month: "short" });
  };
  return (
    <Card title={t("report.forecast")} hint={t("report.byMonth")} name="months" tools={<span className="hide-phone"><Keys short /></span>} sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.nothing")}</p>
      ) : (
        <>
          <Plot rows={rows} most={Math.max(0, ...rows.map(sizeOf))} />
          <div className="axis" aria-hidden="true">{rows.map((row) => <span key={row.period}>{monthOf(row, rows.length)}</span>)}</div>
          <table className="rt">
            <thead>
              <tr>
                <th scope="col">{t("report.month")}</th>
                <th scope="col" className="n">{t("report.won")}</th>
                <th scope="col" className="n">{t("report.open")}</th>
                <th scope="col" className="n hide-phone" title={t("report.slippedHow")}>{t("report.slippedShort")}</th>
                <th scope="col" className="n">{t("report.rate")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.filter((row) => sizeOf(row) > 0 || rows.length <= SHORT).map((row) => (
                <tr key={row.period}>
                  <th scope="row" className="nw" title={called(row)}>{monthOf(row, 1)}</th>
                  <td className="n"><Figure to={dealsOf(row.filters.won)} title={t("report.wonIn")}>{shortMoney(row.wonCents, row.currency, language)}</Figure></td>
                  <td className="n"><Figure to={dealsOf(row.filters.open)} title={t("report.openHow")}>{shortMoney(row.openCents, row.currency, language)}</Figure></td>
                  <td className="n hide-phone"><Figure to={dealsOf(row.filters.slipped)} title={t("report.slippedHow")}>{row.slippedCount}</Figure></td>
                  <td className="n" title={t("report.reachedHow")}><Reached row={row} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Card>
  );
}
