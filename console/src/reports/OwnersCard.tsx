import type { ForecastRow } from "../api/schema";
import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Card, Figure } from "./Card";
import { Reached, sizeOf, useSheet } from "./forecast";
import { dealsOf } from "./links";
import { type Choice, useForecast } from "./useReports";

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
