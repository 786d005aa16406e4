import { useState } from "react";

import type { Activity } from "../api/schema";
import { type Key, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Card, Figure } from "./Card";
import type { Sheet } from "./csv";
import { all as every, customersOf, followUpsOf, quoted, tasksOf, within } from "./links";
import { type Span, spanOf, weekSpan } from "./periods";
import { Sparkline } from "./Sparkline";
import { useActivities, useWeeks } from "./useReports";
import type { Whose } from "./whose";

type Figures = Exclude<keyof Activity, "userId" | "firstDay">;

interface Column {
  name: Figures;
  label: Key;
  /** How the service writes this kind of follow-up. */
  kind?: string;
  /** Shown when all columns are asked for. */
  more?: boolean;
}

const COLUMNS: Column[] = [
  { name: "followUps", label: "timeline.followUps" },
  { name: "calls", label: "report.calls", kind: "call" },
  { name: "visits", label: "report.visits", kind: "visit" },
  { name: "customersTouched", label: "report.touched" },
  { name: "wechats", label: "report.wechats", kind: "wechat", more: true },
  { name: "meetings", label: "report.meetings", kind: "meeting", more: true },
  { name: "emails", label: "report.emails", kind: "email", more: true },
  { name: "newCustomers", label: "report.newCustomers", more: true },
  { name: "tasksDone", label: "report.tasksDone", more: true },
];

const howOf = ({ name }: Column): Key => (name === "newCustomers" ? "report.newHow" : name === "tasksDone" ? "report.doneHow" : name === "customersTouched" ? "report.touchedHow" : "report.notedHow");

function listOf({ name, kind }: Column, user: string, span: Span): string {
  if (name === "newCustomers") return customersOf(every(`ownerId = ${quoted(user)}`, within("createdAt", span)));
  if (name === "tasksDone") return tasksOf(every('status = "done"', `doneBy = ${quoted(user)}`, within("doneAt", span)));
  return followUpsOf(every(`createdBy = ${quoted(user)}`, kind ? `followUpType = ${quoted(kind)}` : null, within("followedAt", span)));
}

const SPANS = ["week", "lastWeek", "period"] as const;

const WEEKS = 8;
/** More people than these have no chart: each is a question to the service. */
const CHARTED = 12;

/** Who did what; each figure opens the records that it counts. */
export function ActivitiesCard({ whose, period }: { whose: Whose; period: string }) {
  const t = useT();
  const names = useNames();
  const [chosen, choose] = useState<(typeof SPANS)[number]>("week");
  const [all, showAll] = useState(false);
  const span = chosen === "period" ? spanOf(period) : weekSpan(chosen === "week" ? 0 : -1);
  const found = useActivities(whose, span);
  // What was entered without a name has no list.
  const rows = [...(found.data?.data ?? [])].sort((one, other) => other.followUps - one.followUps);
  const charted = rows.slice(0, CHARTED).flatMap((row) => (row.userId ? [row.userId] : []));
  const weeks = useWeeks(whose, charted, { firstDay: weekSpan(1 - WEEKS).firstDay, lastDay: weekSpan(0).lastDay });
  const most = Math.max(1, ...charted.flatMap((user) => (weeks.get(user) ?? []).map((each) => each.n)));
  const called = (row: Activity) => (row.userId ? names(row.userId) : t("report.unknown"));
  const sheet: Sheet | null = found.data
    ? { name: `activities-${span.firstDay}`, head: [t("report.person"), ...COLUMNS.map(({ label }) => t(label))], rows: rows.map((row) => [called(row), ...COLUMNS.map(({ name }) => row[name])]) }
    : null;
  const columns = COLUMNS.filter((each) => all || !each.more);
  const tools = (
    <>
      <span className="chip q">
        <select aria-label={t("report.activities")} value={chosen} onChange={(event) => choose(event.target.value as typeof chosen)}>
          {SPANS.map((value) => <option key={value} value={value}>{t(`report.${value}`)}</option>)}
        </select>
      </span>
      <IconButton small icon="cols" label={t(all ? "report.fewColumns" : "report.allColumns")} aria-pressed={all} onClick={() => showAll(!all)} />
    </>
  );
  return (
    <Card title={t("report.activities")} name={all ? "acts all" : "acts tall"} tools={tools} sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.noActivity")}</p>
      ) : (
        <table className="rt">
          <thead>
            <tr>
              <th scope="col">{t("report.person")}</th>
              {columns.map((column) => <th key={column.name} scope="col" className="n" title={t(howOf(column))}>{t(column.label)}</th>)}
              <th scope="col" className="n">{t("report.weeks", { n: WEEKS })}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.userId ?? ""}>
                <th scope="row" className="who">
                  <span className="row g8"><Person id={row.userId ?? "?"} name={called(row)} /><span className="el">{called(row)}</span></span>
                </th>
                {columns.map((column) => (
                  <td key={column.name} className="n">
                    {row[column.name] === 0 ? <span className="mut">0</span> : row.userId ? <Figure to={listOf(column, row.userId, span)} title={t(howOf(column))}>{row[column.name]}</Figure> : row[column.name]}
                  </td>
                ))}
                <td className="n"><Sparkline weeks={(row.userId && weeks.get(row.userId)) || null} most={most} /></td>
              </tr>
            ))}
          </tbody>
          {rows.length > 1 && found.data && (
            <tfoot>
              <tr>
                <th scope="row">{t("report.all")}</th>
                {columns.map((column) => <td key={column.name} className="n">{found.data.total[column.name]}</td>)}
                <td className="n"><Sparkline weeks={weeks.get("") ?? null} most={Math.max(1, ...(weeks.get("") ?? []).map((each) => each.n))} /></td>
              </tr>
            </tfoot>
          )}
        </table>
      )}
    </Card>
  );
}
