import { Link } from "wouter";

import type { Row } from "../api/resources";
import { useOption } from "../followups/timelineWords";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { Icon } from "../ui/Icon";
import { PaidPart, percentPaid } from "./PaidPart";

/** A contract beside the customer or the deal it belongs to. */
export function ContractRow({ row }: { row: Row }) {
  const t = useT();
  const percent = percentPaid(row);
  const settled = (row["amountCents"] as number) > 0 && percent >= 100;
  const status = useOption("contract", "status")(row["status"] as number);
  return (
    <Link href={`/contracts/${row["contractId"] as string}`} className="li two-lines">
      <span className="row g8">
        <span className="el">{row["contractNo"] as string}</span>
        {settled && <span className="tag o"><Icon name="check" size={14} />{t("contract.settledNow")}</span>}
        <span className="sp" />
        <b className="nw">{money(row["amountCents"] as number, row["currency"] as string)}</b>
      </span>
      {!settled && (
        <>
          <PaidPart row={row} />
          <span className="row sm ink2 nw">
            <span className="sp">{t("contract.paid")} {percent}%</span>
            <span>{status}</span>
          </span>
        </>
      )}
    </Link>
  );
}
