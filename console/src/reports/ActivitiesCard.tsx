import { useState } from "react";

import type { Activity } from "../api/schema";
import { shortDay } from "../format/dates";
import { type Key, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Card, Figure } from "./Card";
import type { Sheet } from "./csv";
import { all as every, customersOf, followUpsOf, quoted, tasksOf, within } from "./links";
import { type Span, spanOf, weekSpan } from "./periods";
import { useActivities } from "./useReports";

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

function listOf({ name, kind }: Column, user: string, span: Span): string {
  if (name === "newCustomers") return customersOf(every(`ownerId = ${quoted(user)}`, within("createdAt", span)));
  if (name === "tasksDone") return tasksOf(every('status = "done"', `doneBy = ${quoted(user)}`, within("doneAt", span)));
  return followUpsOf(every(`createdBy = ${quoted(user)}`, kind ? `followUpType = ${quoted(kind)}` : null, within("followedAt", span)));
}

const WEEKS = 8;

/** Follow-ups of all in the last weeks, this one dark. */
function Weeks({ owner }: { owner: string }) {
  const t = useT();
  const { language } = usePreferences();
  const span = { firstDay: weekSpan(1 - WEEKS).firstDay, lastDay: weekSpan(0).lastDay };
  const { data } = useActivities(owner, span, "week");
  if (!data) return null;
  const counts = Array.from({ length: WEEKS }, (_, place) => {
    const day = weekSpan(place + 1 - WEEKS).firstDay;
    return { day, n: data.data.find((each) => each.firstDay === day)?.followUps ?? 0 };
  });
  const most = Math.max(1, ...counts.map((each) => each.n));
  return (
    <div className="last">
      <span className="sm mut nw" aria-hidden="true">{t("report.weeks", { n: WEEKS })}</span>
      <svg className="bars" viewBox="0 0 117 24" preserveAspectRatio="none" aria-hidden="true">
        {counts.map(({ day, n }, place) => (
          <rect key={day} className={place === WEEKS - 1 ? "f1" : "f3"} x={place * 15} width="12" rx="0.8" y={24 - Math.max(1, (n / most) * 24)} height={Math.max(1, (n / most) * 24)}>
            <title>{`${shortDay(day, language)}: ${n}`}</title>
          </rect>
        ))}
      </svg>
      <table className="sr">
        <caption>{t("report.weeks", { n: WEEKS })}</caption>
        <tbody>
          {counts.map(({ day, n }) => (
            <tr key={day}>
              <th scope="row">{shortDay(day, language)}</th>
              <td>{n}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SPANS = ["week", "lastWeek", "period"] as const;

/** Who did what; each figure opens the records that it counts. */
export function ActivitiesCard({ owner, period }: { owner: string; period: string }) {
  const t = useT();
  const names = useNames();
  const [chosen, choose] = useState<(typeof SPANS)[number]>("week");
  const [all, showAll] = useState(false);
  const span = chosen === "period" ? spanOf(period) : weekSpan(chosen === "week" ? 0 : -1);
  const found = useActivities(owner, span, "owner");
  // What was entered without a name has no list.
  const rows = [...(found.data?.data ?? [])].sort((one, other) => other.followUps - one.followUps);
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
    <Card title={t("report.activities")} name={all ? "acts all" : "acts"} tools={tools} sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.noActivity")}</p>
      ) : (
        <table className="rt">
          <thead>
            <tr>
              <th scope="col">{t("report.person")}</th>
              {columns.map(({ name, label }) => <th key={name} scope="col" className="n">{t(label)}</th>)}
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
                    {row[column.name] === 0 ? <span className="mut">0</span> : row.userId ? <Figure to={listOf(column, row.userId, span)}>{row[column.name]}</Figure> : row[column.name]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Weeks owner={owner} />
    </Card>
  );
}
