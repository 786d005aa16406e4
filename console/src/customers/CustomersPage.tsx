import { useQuery } from "@tanstack/react-query";

import { type Row, whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { ListScreen } from "../records/ListScreen";
import { NextContact, UserName } from "../records/Value";
import { Company } from "../ui/Avatar";
import { CustomerForm } from "./CustomerForm";
import { CustomerPanel } from "./CustomerPanel";

const COLUMNS = ["level", "contactPhone", "ownerId", "nextContactAt", "lastFollowUpAt", "openOpportunityCents", "outstandingCents"];

export default function CustomersPage() {
  const t = useT();
  const { data: caller } = useQuery(whoami);
  const own = caller?.user ? [{ label: t("list.mine"), condition: { field: "ownerId", op: "=", value: "me" } }] : [];
  return (
    <ListScreen
      resource="customer"
      title="nav.customers"
      columns={COLUMNS}
      path="/customers"
      hasPage
      quick={[
        ...own,
        { label: t("list.late"), condition: { field: "nextContactAt", op: "<=", value: "today" } },
        { label: t("list.quiet"), condition: { field: "lastFollowUpAt", op: "<", value: "-7d" } },
        { label: t("list.owing"), condition: { field: "outstandingCents", op: ">", value: 0 } },
        { label: t("list.unowned"), condition: { field: "ownerId", op: "is empty" } },
      ]}
      card={(row) => <Card row={row} />}
      panel={(place) => <CustomerPanel place={place} />}
      form={(close, created) => <CustomerForm onClose={close} onCreated={created} />}
    />
  );
}

function Card({ row }: { row: Row }) {
  const name = row["name"] as string;
  return (
    <>
      <Company name={name} size="x" />
      <span className="col sp">
        <span className="t el">{name}</span>
        <span className="row g12 md mut">
          <span>{(row["contactPhone"] as string | null) ?? "—"}</span>
          {typeof row["ownerId"] === "string" && <UserName id={row["ownerId"]} />}
        </span>
      </span>
      {typeof row["nextContactAt"] === "string" && <NextContact value={row["nextContactAt"]} />}
    </>
  );
}
