import type { ReactNode } from "react";
import { Link } from "wouter";

import type { Resource, Row } from "../api/resources";
import { ContractRow } from "../contracts/ContractRow";
import { money } from "../format/money";
import { type Key, useT } from "../i18n/translate";
import type { Saving } from "../records/save";
import { useChildren } from "../records/useRecord";
import { Tasks } from "../tasks/Tasks";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";
import { Collaborators } from "./Collaborators";
import { sums } from "./CustomerFigures";
import { Group } from "./Group";
import { PossibleDuplicate } from "./PossibleDuplicate";
import { ContactRow, DealRow } from "./RelatedRows";

const OPEN = 1;
const RUNNING = 2;
const written = (found: [string, number][]) => found.map(([currency, cents]) => money(cents, currency)).join(" · ");
const primaryFirst = (rows: Row[]) => [...rows].sort((one, other) => Number(other["isPrimary"] === true) - Number(one["isPrimary"] === true));
const openFirst = (rows: Row[]) => [...rows].sort((one, other) => Number(other["status"] === OPEN) - Number(one["status"] === OPEN));

/** On the phone each of the first three is a tab of its own. */
type Part = "deals" | "contracts" | "contacts" | "others";

/** What hangs on the customer: the next step first. */
export function Related({ row, saving, only }: { row: Row; saving: Saving; only?: Part }) {
  const t = useT();
  const customerId = row["customerId"] as string;
  const openSum = (rows: Row[]) => written(sums(rows.filter((each) => each["status"] === OPEN), "amountCents"));
  const owed = (rows: Row[]) => {
    const sum = written(sums(rows.filter((each) => each["status"] === RUNNING), "outstandingCents"));
    return sum && `${t("record.outstanding")} ${sum}`;
  };
  const has = (part: Part) => only === undefined || only === part;
  return (
    <>
      {only === undefined && <Tasks customerId={customerId} name={row["name"] as string} ownerId={row["ownerId"] as string | null} />}
      {has("deals") && <Section resource="opportunity" label="nav.deals" customerId={customerId} order={openFirst} sum={openSum} row={(each) => <DealRow key={each["opportunityId"] as string} row={each} />} />}
      {has("contracts") && <Section resource="contract" label="nav.contracts" customerId={customerId} sum={owed} row={(each) => <ContractRow key={each["contractId"] as string} row={each} />} />}
      {has("contacts") && <Section resource="contact" label="nav.contacts" customerId={customerId} order={primaryFirst} row={(each) => <ContactRow key={each["contactId"] as string} row={each} />} />}
      {has("others") && (
        <>
          <Collaborators customerId={customerId} ownerId={row["ownerId"] as string | null} />
          <Group row={row} saving={saving} />
          <PossibleDuplicate customerId={customerId} />
        </>
      )}
    </>
  );
}

interface SectionProps {
  resource: Resource;
  label: Key;
  customerId: string;
  row: (row: Row) => ReactNode;
  order?: (rows: Row[]) => Row[];
  /** Said beside the count. */
  sum?: (rows: Row[]) => string;
}

const PATHS: Partial<Record<Resource, string>> = { opportunity: "/deals", contract: "/contracts", contact: "/contacts" };
const NONE: Partial<Record<Resource, Key>> = { opportunity: "record.noDeals", contract: "record.noContracts", contact: "record.noContacts" };

function Section({ resource, label, customerId, row, order = (rows) => rows, sum }: SectionProps) {
  const t = useT();
  const { data, error, refetch } = useChildren(resource, { customerId });
  const create = `${PATHS[resource] ?? ""}?new&customerId=${customerId}`;
  const what = t("form.new", { what: t(`type.${resource}` as Key) });
  return (
    <section aria-label={t(label)}>
      <h3 className="h">
        {t(label)} {data !== undefined && data.data.length > 0 && <i>{data.total ?? data.data.length}</i>}
        <span className="sp" />
        {data && sum && <span className="sm mut nw num">{sum(data.data)}</span>}
        <Link href={create} className="ib x" aria-label={what} title={what}>
          <Icon name="plus" />
        </Link>
      </h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={2} />}
      {data?.data.length === 0 && (
        <p className="card none">
          <span className="sp">{t(NONE[resource] ?? "record.noDeals")}</span>
          <Link href={create} className="link">{what}</Link>
        </p>
      )}
      {data && data.data.length > 0 && <div className="card clip">{order(data.data).map(row)}</div>}
    </section>
  );
}
