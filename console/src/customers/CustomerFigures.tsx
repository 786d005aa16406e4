import type { Row } from "../api/resources";
import { age } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useChildren } from "../records/useRecord";
import { usePreferences } from "../state/preferences";

/** Amounts by currency: they are never added up across. */
export function sums(rows: Row[], member: string): [string, number][] {
  const found = new Map<string, number>();
  for (const row of rows) {
    const currency = row["currency"] as string;
    found.set(currency, (found.get(currency) ?? 0) + (row[member] as number));
  }
  return [...found].filter(([, cents]) => cents !== 0);
}

const written = (found: [string, number][]) => (found.length > 0 ? found.map(([currency, cents]) => money(cents, currency)).join(" · ") : "—");

const OPEN = 1;
const RUNNING = 2;

export function CustomerFigures({ id }: { id: string }) {
  const t = useT();
  const { language } = usePreferences();
  const { data: deals } = useChildren("opportunity", { customerId: id });
  const { data: contracts } = useChildren("contract", { customerId: id });
  const { data: notes } = useChildren("follow_up", { customerId: id });
  const running = deals?.data.filter((each) => each["status"] === OPEN) ?? [];
  const signed = contracts?.data.filter((each) => each["status"] === RUNNING) ?? [];
  const paid = signed.reduce((sum, each) => sum + (each["paidCents"] as number), 0);
  const agreed = signed.reduce((sum, each) => sum + (each["amountCents"] as number), 0);
  const last = notes?.data[0]?.["createdAt"] as string | undefined;
  return (
    <div className="card trio">
      <div>
        <span>{t("record.openDeals")}</span>
        <b className="el">{written(sums(running, "amountCents"))}</b>
        <small>{running.length > 0 ? t("list.countAny", { n: running.length }) : ""}</small>
      </div>
      <div>
        <span>{t("record.outstanding")}</span>
        <b className="el">{written(sums(signed, "outstandingCents"))}</b>
        <small>{agreed > 0 ? `${t("contract.paid")} ${Math.round((paid / agreed) * 100)}%` : ""}</small>
      </div>
      <div>
        <span>{t("record.lastFollowUp")}</span>
        <b className="el">{last ? age(last, language) : t("record.never")}</b>
        <small>{notes ? t("follow.all", { n: notes.total ?? 0 }) : ""}</small>
      </div>
    </div>
  );
}
