import { Link } from "wouter";

import type { Row } from "../api/resources";
import { ContractRow } from "../contracts/ContractRow";
import { useT } from "../i18n/translate";
import { written } from "../records/filter";
import { useChildren } from "../records/useRecord";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";

/** The contracts that came of the deal; a won deal asks for one. */
export function Contracts({ row, won }: { row: Row; won: boolean }) {
  const t = useT();
  const id = row["opportunityId"] as string;
  const filter = written({ any: false, conditions: [{ field: "opportunityId", op: "=", value: id }] });
  const { data, error, refetch } = useChildren("contract", { filter });
  const create = `/contracts?new&customerId=${row["customerId"] as string}&opportunityId=${id}`;
  const none = data?.data.length === 0;
  return (
    <section aria-label={t("nav.contracts")}>
      <h3 className="h">
        {t("nav.contracts")} <i>{data?.total || ""}</i>
        <span className="sp" />
        <Link href={create} className="ib x" aria-label={t("form.new", { what: t("type.contract") })}>
          <Icon name="plus" />
        </Link>
      </h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={1} />}
      {none && won && (
        <Link className="btn p" style={{ width: "100%" }} href={create}>
          <Icon name="contract" />
          {t("deal.contract")}
        </Link>
      )}
      {none && !won && <p className="mut" style={{ padding: "0 4px 8px" }}>{t("deal.noContract")}</p>}
      {data && data.data.length > 0 && <div className="card clip">{data.data.map((each) => <ContractRow key={each["contractId"] as string} row={each} />)}</div>}
    </section>
  );
}
