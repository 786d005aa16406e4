import { useEffect, useState } from "react";
import { Link } from "wouter";

import type { Row } from "../api/resources";
import { shortDay } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { ConflictDialog } from "../records/ConflictDialog";
import { Facts } from "../records/Facts";
import { useSave } from "../records/save";
import { useChildren, useRecord } from "../records/useRecord";
import { UserName, Value } from "../records/Value";
import { usePreferences } from "../state/preferences";
import { remember } from "../state/recent";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";
import { PaidBar } from "./PaidBar";
import { PaymentForm } from "./PaymentForm";

export default function ContractPage({ id }: { id: string }) {
  const t = useT();
  const { data, error, refetch, fields } = useRecord("contract", id);
  const saving = useSave("contract");
  const [registering, setRegistering] = useState(false);
  const number = (data?.row["contractNo"] as string | undefined) ?? "";
  useEffect(() => {
    if (number) remember({ path: `/contracts/${id}`, title: number, type: "contract" });
  }, [id, number]);
  const status = fields.find((each) => each.name === "status");
  const customer = data?.row["customer"] as Row | null | undefined;
  return (
    <>
      <header className="top">
        <Link href="/contracts" className="ink2">
          {t("nav.contracts")}
        </Link>
        <span className="mut" aria-hidden="true">›</span>
        <h1 className="el sp">{number}</h1>
        <Button look="primary" icon="money" disabled={!data} onClick={() => setRegistering(true)}>
          {t("contract.register")}
        </Button>
      </header>
      <div className="split">
        {error && <Failed error={error} retry={() => void refetch()} />}
        {!error && !data && <div className="cl"><SkeletonLines lines={10} /></div>}
        {data && (
          <div className="cl">
            <div className="row g8">
              <h2 className="name">{number}</h2>
              {status && <Value field={status} row={data.row} />}
            </div>
            <Link href={`/customers/${data.row["customerId"] as string}`} className="link">
              {customer?.["name"] as string | undefined}
            </Link>
            <PaidBar row={data.row} />
            <Receipts contractId={id} />
            <h3 className="h" style={{ marginTop: 16 }}>
              {t("record.facts")}
            </h3>
            <div style={{ maxWidth: 560 }}>
              <Facts resource="contract" fields={fields} row={data.row} saving={saving} except={["contractNo", "customerId", "paidCents", "outstandingCents"]} />
            </div>
          </div>
        )}
        {data && registering && (
          <aside className="panel" style={{ maxWidth: 400 }} aria-label={t("contract.register")}>
            <PaymentForm contract={data.row} onClose={() => setRegistering(false)} />
          </aside>
        )}
      </div>
      <ConflictDialog saving={saving} fields={fields} />
    </>
  );
}

function Receipts({ contractId }: { contractId: string }) {
  const t = useT();
  const { language } = usePreferences();
  const { data, error, refetch } = useChildren("payment", { contractId }, 100);
  return (
    <section aria-label={t("contract.payments")}>
      <h3 className="h" style={{ marginTop: 24 }}>
        {t("contract.payments")} <i>{data?.total ?? ""}</i>
      </h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={3} />}
      {data?.data.length === 0 && <p className="mut">{t("contract.noPayments")}</p>}
      {data && data.data.length > 0 && (
        <div className="card clip">
          {data.data.map((row) => (
            <div key={row["paymentId"] as string} className="li">
              <span className="td g">
                <Icon name="money" size={14} />
              </span>
              <span className="nw">{shortDay(row["paymentAt"] as string, language)}</span>
              <span className="md ink2 el sp">{row["remark"] as string | null}</span>
              <b className="nw">{money(row["amountCents"] as number, row["currency"] as string)}</b>
              {typeof row["ownerId"] === "string" && <span className="hide-phone"><UserName id={row["ownerId"]} /></span>}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
