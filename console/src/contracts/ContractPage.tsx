import "./contract.css";

import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";

import type { Row } from "../api/resources";
import { age, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { ConflictDialog } from "../records/ConflictDialog";
import { Facts } from "../records/Facts";
import { useSave } from "../records/save";
import { useChildren, useRecord } from "../records/useRecord";
import { UserName, Value } from "../records/Value";
import { usePreferences } from "../state/preferences";
import { remember } from "../state/recent";
import { Button } from "../ui/Button";
import { useKeys } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";
import { PaidBar } from "./PaidBar";
import { PaymentForm } from "./PaymentForm";
import { Receipts } from "./Receipts";

const MOST = 100;
/** They stand above the list of facts. */
const ELSEWHERE = ["contractNo", "customerId", "paidCents", "outstandingCents"];

export default function ContractPage({ id }: { id: string }) {
  const t = useT();
  const [, go] = useLocation();
  const { language } = usePreferences();
  const { data, error, refetch, fields } = useRecord("contract", id);
  const receipts = useChildren("payment", { contractId: id }, MOST);
  const saving = useSave("contract");
  const [registering, setRegistering] = useState(false);
  const number = (data?.row["contractNo"] as string | undefined) ?? "";
  useEffect(() => {
    if (number) remember({ path: `/contracts/${id}`, title: number, type: "contract" });
  }, [id, number]);
  useKeys({ Escape: () => (registering ? setRegistering(false) : go("/contracts")) });
  const status = fields.find((each) => each.name === "status");
  // Not the latest that was entered, but the latest that was paid.
  const last = receipts.data?.data.map((each) => each["paymentAt"] as string).sort().at(-1);
  const latest = last ? [{ label: t("contract.last"), value: shortDay(last, language), more: age(last, language) }] : [];
  return (
    <>
      <header className="top back">
        <Link href="/contracts" className="ib only-phone" aria-label={t("action.back")}>
          <Icon name="left" size={20} />
        </Link>
        <Link href="/contracts" className="ink2 hide-phone">
          {t("nav.contracts")}
        </Link>
        <span className="hide-phone mut">
          <Icon name="right" size={14} />
        </span>
        <h1 className="el sp">{number}</h1>
        <Link href={`/settings/history?type=contract&record=${id}`} className="btn gh hide-phone">
          <Icon name="history" />
          {t("nav.history")}
        </Link>
        <Button className="hide-phone" look="primary" icon="money" disabled={!data} onClick={() => setRegistering(true)}>
          {t("contract.register")}
        </Button>
      </header>
      <div className="split">
        {error && <Failed error={error} retry={() => void refetch()} />}
        {!error && !data && <div className="cl"><SkeletonLines lines={10} /></div>}
        {data && (
          <div className={`con${registering ? " one" : ""}`}>
            <div className="cl">
              <div className="row g8 wrap">
                <h2 className="name">{number}</h2>
                {status && <Value field={status} row={data.row} />}
              </div>
              <Subline row={data.row} />
              <PaidBar row={data.row} more={latest} />
              <Receipts found={receipts} onRegister={() => setRegistering(true)} />
            </div>
            {!registering && (
              <aside aria-label={t("record.facts")}>
                <h3 className="h">{t("record.facts")}</h3>
                <Facts resource="contract" fields={fields} row={data.row} saving={saving} except={ELSEWHERE} />
              </aside>
            )}
          </div>
        )}
        {data && registering && (
          <aside className="panel pay" aria-label={t("contract.register")}>
            <PaymentForm contract={data.row} onClose={() => setRegistering(false)} />
          </aside>
        )}
      </div>
      {data && !registering && (
        <footer className="pfoot only-phone">
          <Button look="primary" icon="money" onClick={() => setRegistering(true)}>
            {t("contract.register")}
          </Button>
        </footer>
      )}
      <ConflictDialog saving={saving} fields={fields} />
    </>
  );
}

/** Whose contract it is, from which deal, who looks after it, and since when. */
function Subline({ row }: { row: Row }) {
  const t = useT();
  const { language } = usePreferences();
  const customer = row["customer"] as Row | null | undefined;
  const deal = row["opportunity"] as Row | null | undefined;
  const signed = row["signedAt"] as string | null;
  return (
    <div className="subline">
      <Link href={`/customers/${row["customerId"] as string}`} className="link">
        {customer?.["name"] as string | undefined}
      </Link>
      {deal && <Link href={`/deals/${row["opportunityId"] as string}`}>{deal["title"] as string}</Link>}
      {typeof row["ownerId"] === "string" && <UserName id={row["ownerId"]} />}
      {signed && <span className="nw">{t("contract.signed", { day: shortDay(signed, language) })}</span>}
    </div>
  );
}
