import type { Row } from "../api/resources";
import { age, daysFrom } from "../format/dates";
import { money, shortMoney } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { useChildren } from "../records/useRecord";
import { usePreferences } from "../state/preferences";
import { Weeks, weeksOf } from "./Weeks";

/** Amounts by currency, the largest first: they are never added up across. */
export function sums(rows: Row[], member: string): [string, number][] {
  const found = new Map<string, number>();
  for (const row of rows) {
    const currency = row["currency"] as string;
    found.set(currency, (found.get(currency) ?? 0) + (row[member] as number));
  }
  return [...found].filter(([, cents]) => cents !== 0).sort((one, other) => other[1] - one[1]);
}

const OPEN = 1;
const RUNNING = 2;
/** From here on an amount needs more room than a third of the panel has. */
const LONG = 1_000_000_000;

function useAmount() {
  const { language } = usePreferences();
  return ([currency, cents]: [string, number]) => (cents >= LONG ? shortMoney(cents, currency, language) : money(cents, currency));
}

function Amounts({ found }: { found: [string, number][] }) {
  const amount = useAmount();
  const whole = found.map(([currency, cents]) => money(cents, currency)).join("\n");
  return <b title={whole || undefined}>{found[0] ? amount(found[0]) : "—"}</b>;
}

export function CustomerFigures({ id }: { id: string }) {
  const t = useT();
  const amount = useAmount();
  const { data: deals } = useChildren("opportunity", { customerId: id });
  const { data: contracts } = useChildren("contract", { customerId: id });
  const running = deals?.data.filter((each) => each["status"] === OPEN) ?? [];
  const signed = contracts?.data.filter((each) => each["status"] === RUNNING) ?? [];
  const [open, owed] = [sums(running, "amountCents"), sums(signed, "outstandingCents")];
  const others = (found: [string, number][]) => found.slice(1).map(amount).join(" · ");
  return (
    <div className="card trio">
      <div>
        <span>{t("record.openDeals")}</span>
        <Amounts found={open} />
        <small>{others(open) || <Deals running={running} />}</small>
      </div>
      <div>
        <span>{t("record.outstanding")}</span>
        <Amounts found={owed} />
        <small>{others(owed) || <Paid signed={signed} />}</small>
      </div>
      <Contact id={id} />
    </div>
  );
}

/** The stage of the only deal, or how many there are. */
function Deals({ running }: { running: Row[] }) {
  const t = useT();
  const label = useLabel();
  const stage = useFields("opportunity").fields.find((each) => each.name === "stage");
  const [deal, ...more] = running;
  if (deal === undefined) return null;
  if (more.length > 0) return <>{t("record.deals", { n: running.length })}</>;
  const option = stage?.options.find((each) => each.value === deal["stage"]);
  const since = deal["stageSince"] as string | null | undefined;
  return <>{[option && label(option.label), since && t("record.days", { n: -daysFrom(since) })].filter(Boolean).join(" · ")}</>;
}

function Paid({ signed }: { signed: Row[] }) {
  const t = useT();
  const sum = (member: string) => signed.reduce((all, each) => all + (each[member] as number), 0);
  const agreed = sum("amountCents");
  if (agreed === 0) return null;
  const share = Math.round((sum("paidCents") / agreed) * 100);
  return (
    <i className="row g6 paid">
      <i className="pbar sp" aria-hidden="true">
        <i style={{ width: `${share}%` }} />
      </i>
      {t("contract.paid")} {share}%
    </i>
  );
}

/** Follow-ups by week where the newest ones are enough to count them. */
function Contact({ id }: { id: string }) {
  const t = useT();
  const { language } = usePreferences();
  const { data: notes } = useChildren("follow_up", { customerId: id });
  const times = notes?.data.map((each) => (each["followedAt"] ?? each["createdAt"]) as string) ?? [];
  const last = times.reduce((latest, each) => (each > latest ? each : latest), "");
  const weeks = notes && weeksOf(times, notes.total ?? Infinity);
  if (!weeks || !last) {
    return (
      <div>
        <span>{t("record.lastFollowUp")}</span>
        <b>{last ? age(last, language) : notes ? t("record.never") : "—"}</b>
        <small>{last && notes ? t("follow.all", { n: notes.total ?? 0 }) : ""}</small>
      </div>
    );
  }
  return (
    <div>
      <span>{t("record.weeks")}</span>
      <b>
        <Weeks counts={weeks} />
      </b>
      <small>{t("record.lastTime", { age: age(last, language) })}</small>
    </div>
  );
}
