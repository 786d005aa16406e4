import { Link } from "wouter";

import type { Row } from "../api/resources";
import { daysFrom } from "../format/dates";
import { money, shortMoney } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { useFields } from "../records/fields";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Card, Figure } from "./Card";
import type { Sheet } from "./csv";
import { all, dealsOf, quoted } from "./links";
import { type Choice, useStuck } from "./useReports";

const SHOWN = 6;

/** Deals that stand longer at their stage than the service allows for it; the longest first. */
export function StuckCard({ choice }: { choice: Choice }) {
  const t = useT();
  const label = useLabel();
  const names = useNames();
  const { language } = usePreferences();
  const { fields } = useFields("opportunity");
  const filter = all("stuck = true", `currency = ${quoted(choice.currency)}`, choice.owner === "" ? null : `ownerId = ${quoted(choice.owner)}`);
  const found = useStuck(filter);
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
    <Card title={t("today.stuck")} hint={hint} name="stuck" tools={every} sheet={sheet} error={found.error} loading={!found.data} retry={() => void found.refetch()}>
      {rows.length === 0 ? (
        <p className="mut">{t("report.noStuck")}</p>
      ) : (
        <table className="rt">
          <thead>
            <tr>
              <th scope="col">{t("type.opportunity")}</th>
              <th scope="col" className="hide-phone">{t("record.owner")}</th>
              <th scope="col" className="hide-phone">{t("report.stage")}</th>
              <th scope="col" className="n">{t("report.amount")}</th>
              <th scope="col" className="n">{t("report.days")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map((row) => (
              <tr key={row["opportunityId"] as string}>
                <th scope="row" style={{ maxWidth: 220 }}>
                  <Link href={`/deals/${row["opportunityId"] as string}`} className="col fig">
                    <span className="el" style={{ maxWidth: "100%" }}>{row["title"] as string}</span>
                    <span className="sm mut el" style={{ maxWidth: "100%" }}>{customerOf(row)}</span>
                  </Link>
                </th>
                <td className="who hide-phone">
                  <span className="row g6"><Person id={(row["ownerId"] as string | null) ?? "?"} name={ownerOf(row)} /><span className="el">{ownerOf(row)}</span></span>
                </td>
                <td className="nw hide-phone"><span className="stc"><i className={`dot s${row["stage"] as number}`} />{stageOf(row)}</span></td>
                <td className="n">{money(row["amountCents"] as number, row["currency"] as string)}</td>
                <td className="n"><span className="tag w">{t("today.days", { n: daysOf(row) })}</span></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
