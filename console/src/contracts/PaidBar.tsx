import type { Row } from "../api/resources";
import { money } from "../format/money";
import { useT } from "../i18n/translate";

export function paidShare(row: Row): number {
  const amount = row["amountCents"] as number;
  return amount > 0 ? Math.min(1, (row["paidCents"] as number) / amount) : 0;
}

/** How much is paid, as a bar and in words. */
export function PaidBar({ row }: { row: Row }) {
  const t = useT();
  const currency = row["currency"] as string;
  const percent = Math.round(paidShare(row) * 100);
  const figures = [
    { label: t("contract.amount"), cents: row["amountCents"] as number, more: "" },
    { label: t("contract.paid"), cents: row["paidCents"] as number, more: `${percent}%` },
    { label: t("contract.outstanding"), cents: row["outstandingCents"] as number, more: "" },
  ];
  return (
    <>
      <div className="figs">
        {figures.map((each) => (
          <div key={each.label}>
            <span>{each.label}</span>
            <b>{money(each.cents, currency)}</b>
            {each.more && <small>{each.more}</small>}
          </div>
        ))}
      </div>
      <div className="pbar" style={{ height: 10 }} role="img" aria-label={`${t("contract.paid")} ${percent}%`}>
        <i style={{ width: `${percent}%` }} />
      </div>
    </>
  );
}
