import type { Row } from "../api/resources";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { PaidPart, percentPaid } from "./PaidPart";

interface Figure {
  label: string;
  value: string;
  more?: string;
  tone?: string;
}

/** How much is paid, as a bar and in words; `more` figures beside. */
export function PaidBar({ row, more = [] }: { row: Row; more?: Figure[] }) {
  const t = useT();
  const currency = row["currency"] as string;
  const rest = row["outstandingCents"] as number;
  const figures: Figure[] = [
    { label: t("contract.amount"), value: money(row["amountCents"] as number, currency) },
    { label: t("contract.paid"), value: money(row["paidCents"] as number, currency), more: `${percentPaid(row)}%` },
    rest < 0 ? { label: t("contract.overpaid"), value: money(-rest, currency), tone: "amber" } : { label: t("contract.outstanding"), value: money(rest, currency) },
    ...more,
  ];
  return (
    <>
      <div className="figs">
        {figures.map((each) => (
          <div key={each.label}>
            <span>{each.label}</span>
            <b className={`nw ${each.tone ?? ""}`}>{each.value}</b>
            {each.more && <small>{each.more}</small>}
          </div>
        ))}
      </div>
      <PaidPart row={row} height={10} />
    </>
  );
}
