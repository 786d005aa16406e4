import type { ReactNode } from "react";
import { Link } from "wouter";

import type { Resource, Row } from "../api/resources";
import { money } from "../format/money";
import { type Key, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import type { Saving } from "../records/save";
import { useChildren } from "../records/useRecord";
import { Value } from "../records/Value";
import { Tasks } from "../tasks/Tasks";
import { Person } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";
import { Collaborators } from "./Collaborators";
import { Group } from "./Group";

/** What hangs on the customer: the next step first. */
export function Related({ row, saving }: { row: Row; saving: Saving }) {
  const customerId = row["customerId"] as string;
  return (
    <>
      <Tasks customerId={customerId} />
      <Section resource="opportunity" label="nav.deals" customerId={customerId} row={(row) => <DealRow row={row} />} />
      <Section resource="contract" label="nav.contracts" customerId={customerId} row={(row) => <ContractRow row={row} />} />
      <Section resource="contact" label="nav.contacts" customerId={customerId} row={(row) => <ContactRow row={row} />} />
      <Group row={row} saving={saving} />
      <Collaborators customerId={customerId} ownerId={row["ownerId"] as string | null} />
    </>
  );
}

interface SectionProps {
  resource: Resource;
  label: Key;
  customerId: string;
  row: (row: Row) => ReactNode;
}

const PATHS: Partial<Record<Resource, string>> = { opportunity: "/deals", contract: "/contracts", contact: "/contacts" };

function Section({ resource, label, customerId, row }: SectionProps) {
  const t = useT();
  const { data, error, refetch } = useChildren(resource, { customerId });
  return (
    <section aria-label={t(label)}>
      <h3 className="h">
        {t(label)} <i>{data?.total ?? ""}</i>
        <span className="sp" />
        <Link href={`${PATHS[resource] ?? ""}?new&customerId=${customerId}`} className="ib x" aria-label={t("form.new", { what: t(`type.${resource}` as Key) })}>
          <Icon name="plus" />
        </Link>
      </h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={2} />}
      {data && data.data.length > 0 && <div className="card clip">{data.data.map(row)}</div>}
    </section>
  );
}

const amount = (row: Row, member = "amountCents") => money(row[member] as number, row["currency"] as string);

function DealRow({ row }: { row: Row }) {
  const { fields } = useFields("opportunity");
  const stage = fields.find((each) => each.name === "stage");
  const id = row["opportunityId"] as string;
  return (
    <Link key={id} href={`/deals/${id}`} className="li">
      <span className="col sp">
        <b className="el">{row["title"] as string}</b>
        {stage && <Value field={stage} row={row} />}
      </span>
      <b className="nw">{amount(row)}</b>
    </Link>
  );
}

function ContractRow({ row }: { row: Row }) {
  const t = useT();
  const id = row["contractId"] as string;
  const share = (row["amountCents"] as number) > 0 ? (row["paidCents"] as number) / (row["amountCents"] as number) : 0;
  return (
    <Link key={id} href={`/contracts/${id}`} className="li">
      <span className="col sp g4">
        <span className="row">
          <span className="sp el">{row["contractNo"] as string}</span>
          <b className="nw">{amount(row)}</b>
        </span>
        <span className="pbar">
          <i style={{ width: `${Math.min(100, share * 100)}%` }} />
        </span>
        <span className="sm ink2">
          {t("contract.paid")} {Math.round(share * 100)}%
        </span>
      </span>
    </Link>
  );
}

function ContactRow({ row }: { row: Row }) {
  const t = useT();
  const id = row["contactId"] as string;
  const name = row["name"] as string;
  return (
    <Link key={id} href={`/contacts?open=${id}`} className="li">
      <Person id={name} size="m" />
      <span className="sp el">{name}</span>
      {row["isPrimary"] === true && <span className="tag l">{t("record.primary")}</span>}
    </Link>
  );
}
