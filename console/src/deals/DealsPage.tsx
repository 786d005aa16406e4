import { useSearchParams } from "wouter";

import type { Row } from "../api/resources";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useWhoseFilters } from "../people/useWhoseFilters";
import { useFields } from "../records/fields";
import { ListScreen } from "../records/ListScreen";
import { RecordPanel } from "../records/RecordPanel";
import { Value } from "../records/Value";
import { Segments } from "../ui/Button";
import { Board } from "./Board";
import { DealForm } from "./DealForm";


const COLUMNS = ["customerId", "amountCents", "stage", "expectedCloseOn", "ownerId", "stageSince"];

/** The board and the table are two views of one list. */
export default function DealsPage() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const own = useWhoseFilters("ownerId");
  const mode = params.get("mode") === "table" ? "table" : "board";
  const views = (
    <Segments
      label={t("nav.deals")}
      value={mode}
      options={[
        { value: "board", label: t("deal.board"), icon: "deal" },
        { value: "table", label: t("deal.table"), icon: "table" },
      ]}
      onChange={(next) =>
        setParams((now) => {
          const changed = new URLSearchParams(now);
          changed.set("mode", next);
          return changed;
        })
      }
    />
  );
  if (mode === "board" && !params.has("open")) {
    return <Board views={views} />;
  }
  return (
    <ListScreen
      resource="opportunity"
      title="nav.deals"
      columns={COLUMNS}
      path="/deals"
      hasPage
      views={views}
      quick={[
        ...own,
        { label: t("record.openDeals"), condition: { field: "status", op: "=", value: 1 } },
        { label: t("today.stuck"), condition: { field: "stuck", op: "=", value: true } },
      ]}
      card={(row) => <Card row={row} />}
      panel={(place) => <RecordPanel resource="opportunity" place={place} hasPage />}
      form={(close, created) => <DealForm onClose={close} onCreated={created} />}
    />
  );
}

function Card({ row }: { row: Row }) {
  const { fields } = useFields("opportunity");
  const stage = fields.find((each) => each.name === "stage");
  return (
    <span className="col sp">
      <span className="row g8">
        <span className="t el sp">{row["title"] as string}</span>
        <b className="nw">{money(row["amountCents"] as number, row["currency"] as string)}</b>
      </span>
      <span className="row g8 md mut">
        <span className="el sp">{(row["customer"] as Row | null | undefined)?.["name"] as string | undefined}</span>
        {stage && <Value field={stage} row={row} />}
      </span>
    </span>
  );
}
