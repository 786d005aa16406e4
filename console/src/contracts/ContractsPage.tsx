import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "wouter";

import { get, type Row } from "../api/resources";
import { money } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { ListScreen } from "../records/ListScreen";
import { RecordForm } from "../records/RecordForm";
import { RecordPanel } from "../records/RecordPanel";
import { recordKey } from "../records/save";
import { useParent } from "../records/useParent";
import type { Draft } from "../records/values";
import { useWide } from "../ui/hooks";
import { PaidBar } from "./PaidBar";
import { PaidPart } from "./PaidPart";
import { StatusTabs } from "./StatusTabs";

const COLUMNS = ["customerId", "amountCents", "paidCents", "outstandingCents", "signedAt", "status"];

export default function ContractsPage() {
  const wide = useWide();
  const label = useLabel();
  const { fields } = useFields("contract");
  const statuses = fields.find((each) => each.name === "status")?.options ?? [];
  return (
    <ListScreen
      resource="contract"
      title="nav.contracts"
      columns={COLUMNS}
      path="/contracts"
      hasPage
      // Where there is no room for tabs, there are quick filters.
      views={wide ? <StatusTabs fields={fields} /> : undefined}
      quick={wide ? [] : statuses.map((each) => ({ label: label(each.label), condition: { field: "status", op: "=", value: each.value } }))}
      card={(row) => <Card row={row} />}
      panel={(place) => (
        <RecordPanel resource="contract" place={place} hasPage deletable={false} head={(row) => <PanelHead row={row} />} />
      )}
      form={(close, created) => <Form onClose={close} onCreated={created} />}
    />
  );
}

const customerOf = (row: Row) => (row["customer"] as Row | null | undefined)?.["name"] as string | undefined;

function PanelHead({ row }: { row: Row }) {
  return (
    <>
      <h2 className="name">{row["contractNo"] as string}</h2>
      <p className="md ink2">{customerOf(row)}</p>
      <PaidBar row={row} />
    </>
  );
}

function Card({ row }: { row: Row }) {
  const t = useT();
  const currency = row["currency"] as string;
  return (
    <span className="col sp g4">
      <span className="row g8">
        <span className="t el sp">{row["contractNo"] as string}</span>
        <b className="nw">{money(row["amountCents"] as number, currency)}</b>
      </span>
      <span className="row g8 md mut">
        <span className="el sp">{customerOf(row)}</span>
        <span className="nw">
          {t("contract.outstanding")} {money(row["outstandingCents"] as number, currency)}
        </span>
      </span>
      <PaidPart row={row} height={4} />
    </span>
  );
}

/** The deal that a contract is for, where the reader comes from one; undefined while it is read. */
function useDeal(id: string | null): Draft | undefined {
  const { data, isLoading } = useQuery({
    queryKey: recordKey("opportunity", id ?? ""),
    queryFn: () => get("opportunity", id ?? ""),
    enabled: id !== null,
  });
  if (isLoading) return undefined;
  if (id === null || !data) return {};
  const { title, amountCents, currency } = data.row;
  return {
    opportunityId: { id, title: title as string },
    amountCents: String((amountCents as number) / 100),
    currency: currency as string,
  };
}

function Form({ onClose, onCreated }: { onClose: () => void; onCreated: (id: string) => void }) {
  const [params] = useSearchParams();
  const parent = useParent(params.get("customerId"));
  const deal = useDeal(params.get("opportunityId"));
  if (parent === undefined || deal === undefined) return null;
  return (
    <RecordForm
      resource="contract"
      first={["contractNo", "customerId", "amountCents", "currency", "signedAt", "opportunityId"]}
      initial={{ ...parent, ...deal }}
      onCreated={(row) => onCreated(row["contractId"] as string)}
      onClose={onClose}
    />
  );
}
