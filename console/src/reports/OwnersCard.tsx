import type { ForecastFigures, ForecastRow } from "../api/schema";
import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Card, Figure } from "./Card";
import { Reached, sizeOf, useSheet } from "./forecast";
import { listsOf } from "./Kpis";
import { dealsOf } from "./links";
import type { Span } from "./periods";
import { type Choice, useForecast } from "./useReports";

/** Won, weighted and the rest of the open deals, with a mark where the goal is. */
function Bar({ row, most }: { row: ForecastFigures; most: number }) {
  const x = (cents: number) => (most === 0 ? 0 : (cents / most) * 298);
  const [won, weighted, open] = [x(row.wonCents), x(row.weightedCents), x(row.openCents)];
  return (
    <svg viewBox="0 0 300 20" preserveAspectRatio="none" height="20" aria-hidden="true">
      <rect className="f4" x="0" y="4" width={x(row.targetCents)} height="12" rx="2" />
      <rect className="f3" x={won} y="4" width={open} height="12" />
      <rect className="f2" x={won} y="4" width={weighted} height="12" />
      <rect className="f1" x="0" y="4" width={won} height="12" />
      {row.targetCents > 0 && <rect className="fk" x={x(row.targetCents) - 1} y="0" width="2" height="20" />}
    </svg>
  );
}

/** `short`: where there is no room for all, the words of the columns below say the rest. */
export function Keys({ short = false }: { short?: boolean }) {
  const t = useT();
  return (
    <span className="row g8 wrap">
      <span className="key"><i />{t("report.won")}</span>
      <span className="key"><i className="k2" />{t("report.weighted")}</span>
      {!short && <span className="key"><i className="k3" />{t("report.open")}</span>}
      {!short && <span className="key"><i className="k4" />{t("report.target")}</span>}
    </span>
  );
}

export function OwnersCard({ choice, span }: { choice: Choice; span: Span }) {
  const t = useT();
  const { language } = usePreferences();
  const names = useNames();
  const found = useForecast(choice, "owner");
  const called = (row: ForecastRow) => (row.ownerId ? names(row.ownerId) : t("value.nobody"));
  const sheet = useSheet(found.data, `forecast-${choice.period}-owners`, t("record.owner"), called);
  const rows = [...(found.data?.data ?? [])].sort((one, other) => other.wonCents + other.weightedCents - one.wonCents - one.weightedCents);
  const all = found.data?.totals.find((each) => each.currency === choice.currency);
  const lists = listsOf(choice, span);
  const most = Math.max(0, ...rows.map(sizeOf));
  return (
    <Card title={t("report.forecast")} hint={t("report.byOwner")} name="owners tall" tools={<span className="hide-phone"><Keys /></span>} sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
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
                <td className="n"><Figure to={dealsOf(row.filters.won)} title={t("report.wonIn")}>{shortMoney(row.wonCents, row.currency, language)}</Figure></td>
                <td className="n"><Figure to={dealsOf(row.filters.open)} title={t("report.openHow")}>{shortMoney(row.openCents, row.currency, language)}</Figure></td>
                <td className="n" title={row.targetCents === 0 ? "" : `${t("report.reachedHow")}\n${t("report.target")} ${shortMoney(row.targetCents, row.currency, language)}`}>
                  <Reached row={row} />
                  <span className="sr">{t("report.target")} {shortMoney(row.targetCents, row.currency, language)}</span>
                </td>
              </tr>
            ))}
          </tbody>
          {rows.length > 1 && all && (
            <tfoot>
              <tr>
                <th scope="row">{t("report.all")}</th>
                <td className="barcell"><Bar row={all} most={sizeOf(all)} /></td>
                <td className="n"><Figure to={lists.won} title={t("report.wonIn")}>{shortMoney(all.wonCents, all.currency, language)}</Figure></td>
                <td className="n"><Figure to={lists.open} title={t("report.openHow")}>{shortMoney(all.openCents, all.currency, language)}</Figure></td>
                <td className="n" title={t("report.reachedHow")}><Reached row={all} /></td>
              </tr>
            </tfoot>
          )}
        </table>
      )}
    </Card>
  );
}
