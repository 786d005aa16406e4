/** What the cards of the forecast share. */
import type { Forecast, ForecastFigures, ForecastRow } from "../api/schema";
import { useT } from "../i18n/translate";
import type { Sheet } from "./csv";

export const percent = (part: number, whole: number): number | null => (whole === 0 ? null : Math.round((part / whole) * 100));
export const toneOf = (reached: number) => (reached >= 80 ? "" : reached >= 60 ? "amber" : "red");

export function Reached({ row }: { row: { wonCents: number; weightedCents: number; targetCents: number } }) {
  const reached = percent(row.wonCents + row.weightedCents, row.targetCents);
  return reached === null ? <span className="mut">—</span> : <span className={toneOf(reached)}>{reached}%</span>;
}

export const sizeOf = (row: ForecastFigures) => Math.max(row.targetCents, row.wonCents + row.openCents);

export function useSheet(data: Forecast | undefined, name: string, first: string, title: (row: ForecastRow) => string): Sheet | null {
  const t = useT();
  if (!data) return null;
  const head = [first, t("report.currency"), t("report.target"), t("report.won"), t("report.open"), t("report.weighted"), t("report.slipped")];
  const rows = data.data.map((row) => [title(row), row.currency, ...[row.targetCents, row.wonCents, row.openCents, row.weightedCents, row.slippedCents].map((cents) => cents / 100)]);
  return { name, head, rows };
}
