import { Link } from "wouter";

import type { Row } from "../api/resources";
import { useLimits } from "../deals/useLimits";
import { daysFrom } from "../format/dates";
import { shortMoney } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { useFields } from "../records/fields";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Card, Figure } from "./Card";
import type { Sheet } from "./csv";
import { all, dealsOf, quoted } from "./links";
import { type Choice, useStuck } from "./useReports";
import { ownedBy } from "./whose";

const SHOWN = 6;

/** How long a deal stands at its stage, and how long the service allows for it. */
function Stay({ days, limit }: { days: number; limit: number | null }) {
  const t = useT();
  const allowed = limit === null || days === 0 ? 100 : Math.min(100, (limit / days) * 100);
  return (
    <span className="limit">
      {limit === null ? t("today.days", { n: days }) : t("report.limit", { n: days, limit })}
      <span className="pbar" aria-hidden="true">
        <i style={{ width: `${allowed}%` }} />
        <i className="over" style={{ width: `${100 - allowed}%` }} />
      </span>
    </span>
  );
}

/** Deals that stand longer at their stage than the service allows for it; the longest first. */
export function StuckCard({ choice }: { choice: Choice }) {
  const t = useT();
  const label = useLabel();
  const names = useNames();
  const { language } = usePreferences();
  const { fields } = useFields("opportunity");
  const filter = all("stuck = true", `currency = ${quoted(choice.currency)}`, ownedBy("ownerId", choice));
  const found = useStuck(filter);
  const limits = useLimits();
  const rows = found.data?.data ?? [];
  const options = fields.find((each) => each.name === "stage")?.options ?? [];
  const stageOf = (row: Row) => {
    const option = options.find((each) => each.value === row["stage"]);
    return option ? label(option.label) : String(row["stage"]);
  };
  const ownerOf = (row: Row) => (row["ownerId"] === null ? t("value.nobody") : names(row["ownerId"] as string));
  const customerOf = (row: Row) => ((row["customer"] as Row | null | undefined)?.["name"] as string | undefined) ?? "";
  const daysOf = (row: Row) => -daysFrom(row["stageSince"] as string);
  const sum = rows.reduce((total, row) => total + (row["amountCents"] as number), 0);
  const count = found.data?.total ?? rows.length;
  const whole = count === rows.length;
  const sheet: Sheet | null = found.data
    ? {
        name: "stuck-deals",
        head: [t("type.opportunity"), t("type.customer"), t("record.owner"), t("report.stage"), t("report.amount"), t("report.currency"), t("report.days")],
        rows: rows.map((row) => [row["title"] as string, customerOf(row), ownerOf(row), stageOf(row), (row["amountCents"] as number) / 100, row["currency"] as string, daysOf(row)]),
      }
    : null;
  const hint = found.data && (whole ? t("report.stuckSum", { n: count, sum: shortMoney(sum, choice.currency, language) }) : t("report.deals", { n: count }));
  const every = rows.length > 0 && <Figure to={dealsOf(filter)}><span className="link">{t("today.everything")}</span></Figure>;
  return (
    <Card title={t("today.stuck")} hint={hint} name="stuck tall" tools={every} sheet={sheet} error={found.error} loading={!found.data} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.noStuck")}</p>
      ) : (
        <table className="rt">
          <thead className="sr">
            <tr>
              <th scope="col">{t("type.opportunity")}</th>
              <th scope="col">{t("report.amount")}</th>
              <th scope="col">{t("report.days")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map((row) => (
              <tr key={row["opportunityId"] as string}>
                <th scope="row" className="who">
                  <Link href={`/deals/${row["opportunityId"] as string}`} className="row g8 fig">
                    <span title={`${ownerOf(row)} · ${stageOf(row)}`}><Person id={(row["ownerId"] as string | null) ?? "?"} name={ownerOf(row)} /></span>
                    <span className="col">
                      <span className="el">{row["title"] as string}</span>
                      <span className="sm mut el">{customerOf(row)}</span>
                    </span>
                  </Link>
                </th>
                <td className="n" title={stageOf(row)}>{shortMoney(row["amountCents"] as number, row["currency"] as string, language)}</td>
                <td className="n"><Stay days={daysOf(row)} limit={limits.get(row["stage"] as number) ?? null} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
