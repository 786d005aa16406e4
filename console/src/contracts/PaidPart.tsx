import type { Row } from "../api/resources";
import { useT } from "../i18n/translate";

/** May be more than all. */
export function percentPaid(row: Row): number {
  const amount = row["amountCents"] as number;
  return amount > 0 ? Math.round(((row["paidCents"] as number) / amount) * 100) : 0;
}

/** The part of a contract that is paid, as a bar. */
export function PaidPart({ row, height = 6, width }: { row: Row; height?: number; width?: number }) {
  const t = useT();
  const percent = percentPaid(row);
  return (
    <span className="pbar" style={{ height, ...(width && { width }) }} role="img" aria-label={`${t("contract.paid")} ${percent}%`}>
      <i style={{ width: `${Math.min(100, percent)}%` }} />
    </span>
  );
}
