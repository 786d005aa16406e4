import type { Row } from "../api/resources";
import { age } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useWhoseFilters } from "../people/useWhoseFilters";
import { Grade } from "../records/Chips";
import { isGraded, useFields } from "../records/fields";
import { ListScreen } from "../records/ListScreen";
import { NextContact, UserName } from "../records/Value";
import { usePreferences } from "../state/preferences";
import { Company } from "../ui/Avatar";
import { CustomerForm } from "./CustomerForm";
import { CustomerPanel } from "./CustomerPanel";

const COLUMNS = ["level", "contactPhone", "ownerId", "nextContactAt", "lastFollowUpAt", "openOpportunityCents", "outstandingCents"];

export default function CustomersPage() {
  const t = useT();
  const own = useWhoseFilters("ownerId");
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
  const t = useT();
  const { language } = usePreferences();
  const level = useFields("customer").fields.find((each) => each.name === "level");
  const name = row["name"] as string;
  const owner = row["ownerId"] as string | null;
  const last = row["lastFollowUpAt"] as string | null;
  const open = row["openOpportunityCents"] as number | null;
  return (
    <>
      <Company name={name} size="x" />
      <span className="col sp">
        <span className="row g8">
          <span className="t el sp">{name}</span>
          {level && isGraded(level) && row["level"] != null && <Grade field={level} value={row["level"]} />}
        </span>
        <span className="row g8 md ink2">
          <span className="row sp el">{owner ? <UserName id={owner} /> : <span className="mut">{t("duplicate.unowned")}</span>}</span>
          {typeof row["nextContactAt"] === "string" ? <NextContact value={row["nextContactAt"]} /> : <span className="mut">{t("record.noNextStep")}</span>}
        </span>
        <span className="row g8 md mut">
          <span className="sp el">{`${t("record.lastFollowUp")} ${last ? age(last, language) : t("record.never")}`}</span>
          {open !== null && <span className="nw ink2">{money(open, "CNY")}</span>}
        </span>
      </span>
    </>
  );
}
