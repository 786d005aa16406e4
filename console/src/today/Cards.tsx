import type { ReactNode } from "react";
import { Link } from "wouter";

import type { Row } from "../api/resources";
import { useLimits } from "../deals/useLimits";
import { daysFrom, shortDay } from "../format/dates";
import { money } from "../format/money";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { useFields } from "../records/fields";
import { customersOf, dealsOf } from "../reports/links";
import { usePreferences } from "../state/preferences";
import { Icon } from "../ui/Icon";
import type { Section } from "./useToday";

const SHOWN = 5;
const CUSTOMERS = ["newlyAssigned", "quiet"];

interface Props {
  section: Section;
  ofMany: boolean;
}

/** Deals that should close or stand still, customers that are new or quiet. */
export function Card({ section, ofMany }: Props) {
  const t = useT();
  if (section.count === 0) return null;
  const title = t(`today.${section.section}` as Key);
  const all = CUSTOMERS.includes(section.section) ? customersOf(section.filter) : dealsOf(section.filter);
  return (
    <section aria-label={title}>
      <h3 className="h">
        {title} <i>{section.count}</i>
        <span className="sp" />
        <Link href={all} className="link md">
          {t("today.everything")}
        </Link>
      </h3>
      <CardRows section={section} ofMany={ofMany} />
    </section>
  );
}

export function CardRows({ section, ofMany }: Props) {
  const ofDeals = !CUSTOMERS.includes(section.section);
  return (
    <div className="card clip sc">
      {section.items.slice(0, SHOWN).map((row) =>
        ofDeals ? (
          <Deal key={row["opportunityId"] as string} {...{ row, section, ofMany }} />
        ) : (
          <Customer key={row["customerId"] as string} {...{ row, section, ofMany }} />
        ),
      )}
    </div>
  );
}

/** A title, a quiet line below it of which only the beginning may be cut off, and a mark. */
function Line({ href, title, about, rest, owner, children }: { href: string; title: string; about: string; rest?: string; owner: string | null; children: ReactNode }) {
  const names = useNames();
  return (
    <Link href={href} className="li">
      <span className="col sp">
        <span className="el">{title}</span>
        {(about || rest || owner) && (
          <span className="row sm mut">
            <span className="el">{[owner && names(owner), about].filter(Boolean).join(" · ")}</span>
            {rest && <span className="nw">　{rest}</span>}
          </span>
        )}
      </span>
      {children}
    </Link>
  );
}

function Customer({ row, section, ofMany }: { row: Row } & Props) {
  const t = useT();
  const label = useLabel();
  const { language } = usePreferences();
  const levels = useFields("customer").fields.find((each) => each.name === "level")?.options ?? [];
  const option = levels.find((each) => each.value === row["level"]);
  const level = option ? label(option.label) : "";
  const last = row["lastFollowUpAt"] as string | null;
  const quiet = section.section === "quiet";
  const spoken = last ? t("today.last", { day: shortDay(last, language) }) : t("today.neverSpoken");
  const about = quiet ? [level, spoken].filter(Boolean).join(t("today.comma")) : level;
  return (
    <Line href={`/customers/${row["customerId"] as string}`} title={row["name"] as string} about={about} owner={ofMany ? (row["ownerId"] as string | null) : null}>
      {quiet ? last && <span className="md ink2 nw">{t("today.days", { n: -daysFrom(last) })}</span> : <Icon name="right" />}
    </Line>
  );
}

function Deal({ row, section, ofMany }: { row: Row } & Props) {
  const { language } = usePreferences();
  const stuck = section.section === "stuck";
  const day = (stuck ? row["stageSince"] : row["expectedCloseOn"]) as string;
  const days = daysFrom(day);
  const customer = ((row["customer"] as Row | null | undefined)?.["name"] as string | undefined) ?? "";
  return (
    <Line
      href={`/deals/${row["opportunityId"] as string}`}
      title={row["title"] as string}
      about={customer}
      rest={money(row["amountCents"] as number, row["currency"] as string)}
      owner={ofMany ? (row["ownerId"] as string | null) : null}
    >
      {stuck ? (
        <Stuck days={-days} stage={row["stage"] as number} />
      ) : (
        <span className={`tag ${days < 0 ? "d" : days === 0 ? "w" : "n"}`}>{shortDay(day, language)}</span>
      )}
    </Line>
  );
}

function Stuck({ days, stage }: { days: number; stage: number }) {
  const t = useT();
  const limit = useLimits().get(stage);
  return (
    <span className="tag w" title={t("today.stuckFor", { n: days })}>
      {limit ? t("today.daysOf", { n: days, limit }) : t("today.days", { n: days })}
    </span>
  );
}
