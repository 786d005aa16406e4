import { Link } from "wouter";

import type { Row } from "../api/resources";
import { age, daysFrom, shortDay } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { customersOf, dealsOf } from "../reports/links";
import { usePreferences } from "../state/preferences";
import { Icon } from "../ui/Icon";
import type { Section } from "./useToday";

const SHOWN = 5;

/** Customers that nobody has spoken to for a time. */
export function QuietSection({ section }: { section: Section }) {
  const t = useT();
  if (section.count === 0) return null;
  return (
    <section aria-label={t("today.quiet")}>
      <h3 className="h">
        {t("today.quiet")} <i>{section.count}</i>
        <All href={customersOf(section.filter)} />
      </h3>
      <div className="card clip">
        {section.items.slice(0, SHOWN).map((row) => (
          <Quiet key={row["customerId"] as string} row={row} />
        ))}
      </div>
    </section>
  );
}

/** Customers that somebody else has assigned. */
export function NewSection({ section }: { section: Section }) {
  const t = useT();
  if (section.count === 0) return null;
  return (
    <section aria-label={t("today.newlyAssigned")}>
      <h3 className="h">
        {t("today.newlyAssigned")} <i>{section.count}</i>
        <All href={customersOf(section.filter)} />
      </h3>
      <div className="card clip">
        {section.items.slice(0, SHOWN).map((row) => (
          <Link key={row["customerId"] as string} href={`/customers/${row["customerId"] as string}`} className="li">
            <span className="el sp">{row["name"] as string}</span>
            <Icon name="right" />
          </Link>
        ))}
      </div>
    </section>
  );
}

/** The list of all that a section counts. */
function All({ href }: { href: string }) {
  const t = useT();
  return (
    <>
      <span className="sp" />
      <Link href={href} className="link">
        {t("today.everything")}
      </Link>
    </>
  );
}

function Quiet({ row }: { row: Row }) {
  const t = useT();
  const { language } = usePreferences();
  const last = row["lastFollowUpAt"] as string | null;
  return (
    <Link href={`/customers/${row["customerId"] as string}`} className="li">
      <span className="el sp">{row["name"] as string}</span>
      <span className="md mut nw">{last ? age(last, language) : t("record.never")}</span>
    </Link>
  );
}

/** Deals that should close, or that stand still. */
export function DealSection({ section }: { section: Section }) {
  const t = useT();
  const name = section.section as "closing" | "stuck";
  if (section.count === 0) return null;
  return (
    <section aria-label={t(`today.${name}`)}>
      <h3 className="h">
        {t(`today.${name}`)} <i>{section.count}</i>
        <All href={dealsOf(section.filter)} />
      </h3>
      <div className="card clip">
        {section.items.slice(0, SHOWN).map((row) => (
          <Deal key={row["opportunityId"] as string} row={row} name={name} />
        ))}
      </div>
    </section>
  );
}

function Deal({ row, name }: { row: Row; name: "closing" | "stuck" }) {
  const t = useT();
  const { language } = usePreferences();
  const day = (name === "closing" ? row["expectedCloseOn"] : row["stageSince"]) as string;
  const days = daysFrom(day);
  const customer = (row["customer"] as Row | null | undefined)?.["name"] as string | undefined;
  return (
    <Link href={`/deals/${row["opportunityId"] as string}`} className="li">
      <span className="col sp">
        <span className="el">{row["title"] as string}</span>
        <span className="sm mut el">
          {customer} · {money(row["amountCents"] as number, row["currency"] as string)}
        </span>
      </span>
      {name === "stuck" ? (
        <span className="tag w">{t("today.days", { n: -days })}</span>
      ) : (
        <span className={`tag ${days < 0 ? "d" : days === 0 ? "w" : "n"}`}>{shortDay(day, language)}</span>
      )}
    </Link>
  );
}
