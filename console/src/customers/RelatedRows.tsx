import { Link } from "wouter";

import type { Row } from "../api/resources";
import { useBoard, MOST } from "../deals/board";
import { useStages } from "../deals/stages";
import { shortDay } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useOption } from "../followups/timelineWords";
import { useFields } from "../records/fields";
import { written } from "../records/filter";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";

const OPEN = 1;
const amount = (row: Row) => money(row["amountCents"] as number, row["currency"] as string);

/** How long the deal has stood at its stage, as the board counts it. */
function useStay(row: Row): { days: number; limit: number; stuck: boolean } | null {
  const filter = written({ any: false, conditions: [{ field: "customerId", op: "=", value: row["customerId"] }] });
  const { data } = useBoard(filter, "", MOST);
  for (const column of data?.data ?? []) {
    const card = column.data.find((each) => each.opportunityId === row["opportunityId"]);
    if (card) return { days: card.daysAtStage, limit: column.stuckAfterDays ?? 0, stuck: card.stuck };
  }
  return null;
}

export function DealRow({ row }: { row: Row }) {
  const t = useT();
  const { language } = usePreferences();
  const { fields } = useFields("opportunity");
  const { open } = useStages(fields);
  const stageName = useOption("opportunity", "stage");
  const stay = useStay(row);
  const stage = row["stage"] as number;
  const at = open.findIndex((each) => each.value === stage);
  const close = row["expectedCloseOn"] as string | null;
  return (
    <Link href={`/deals/${row["opportunityId"] as string}`} className="li two-lines">
      <span className="row g8">
        <b className="el sp">{row["title"] as string}</b>
        <b className="nw">{amount(row)}</b>
      </span>
      <span className="row g8 sm mut">
        {at < 0 ? <i className={`dot s${stage}`} /> : <Pips count={open.length} done={at + 1} stage={stage} />}
        <span className="ink2 el sp">{stageName(stage)}</span>
        {row["status"] === OPEN && (stay?.stuck ? <span className="tag w">{t("deal.stuck", { n: stay.days, limit: stay.limit })}</span> : close && <span className="nw">{t("deal.expected", { day: shortDay(close, language) })}</span>)}
      </span>
    </Link>
  );
}

/** One segment a stage. */
function Pips({ count, done, stage }: { count: number; done: number; stage: number }) {
  return (
    <span className="stg" aria-hidden="true">
      {Array.from({ length: count }, (_, at) => <i key={at} className={at < done ? `dot s${stage}` : ""} />)}
    </span>
  );
}

export function ContactRow({ row }: { row: Row }) {
  const t = useT();
  const name = row["name"] as string;
  const role = row["role"] as string | null | undefined;
  const roleName = useOption("contact", "role");
  return (
    <Link href={`/contacts?open=${row["contactId"] as string}`} className="li">
      <Person id={name} size="m" />
      <span className="sp el">
        {name} <span className="md mut">{row["title"] as string | null}</span>
      </span>
      {row["isPrimary"] === true && <span className="sm mut nw">{t("record.primary")}</span>}
      {role && <span className="tag l">{roleName(role)}</span>}
    </Link>
  );
}
