import type { Row } from "../api/resources";
import { fullTime, shortDay } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";

interface Props {
  found: { data: { data: Row[]; total?: number | null | undefined } | undefined; error: unknown; refetch: () => unknown };
  onRegister: () => void;
}

/** What was received, the latest first. */
export function Receipts({ found, onRegister }: Props) {
  const t = useT();
  const { data, error, refetch } = found;
  return (
    <section aria-label={t("contract.payments")}>
      <h3 className="h" style={{ marginTop: 24 }}>
        {t("contract.payments")} <i>{data ? t("contract.count", { n: data.total ?? data.data.length }) : ""}</i>
      </h3>
      {error !== null && <Failed error={error} retry={() => void refetch()} />}
      {!data && error === null && <SkeletonLines lines={3} />}
      {data?.data.length === 0 && (
        <div className="row g12 wrap">
          <p className="mut">{t("contract.noPayments")}</p>
          <Button small icon="money" onClick={onRegister}>
            {t("contract.first")}
          </Button>
        </div>
      )}
      {data && data.data.length > 0 && <div className="card clip rcs">{data.data.map((row) => <Receipt key={row["paymentId"] as string} row={row} />)}</div>}
    </section>
  );
}

function Receipt({ row }: { row: Row }) {
  const { language } = usePreferences();
  const names = useNames();
  const at = row["paymentAt"] as string;
  const owner = row["ownerId"] as string | null;
  return (
    <div>
      <span className="td g">
        <Icon name="money" size={14} />
      </span>
      <time className="nw" dateTime={at} title={fullTime(at, language)}>{shortDay(at, language)}</time>
      <span className="md ink2 pre">{row["remark"] as string | null}</span>
      <b className="nw">{money(row["amountCents"] as number, row["currency"] as string)}</b>
      {owner && (
        <span className="hide-phone" role="img" aria-label={names(owner)} title={names(owner)}>
          <Person id={owner} name={names(owner)} />
        </span>
      )}
    </div>
  );
}
