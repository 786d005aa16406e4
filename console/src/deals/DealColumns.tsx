import { Link } from "wouter";

import type { Field, Row } from "../api/resources";
import { Composer } from "../followups/Composer";
import { Timeline } from "../followups/Timeline";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { FactSections } from "../records/FactSections";
import { RecordTabs, useColumns } from "../records/RecordTabs";
import type { Saving } from "../records/save";
import { UserName, Value } from "../records/Value";
import { Tasks } from "../tasks/Tasks";
import { usePhone } from "../ui/hooks";
import { Contracts } from "./Contracts";
import { StageHistory } from "./StageHistory";
import type { Stage, Stages } from "./stages";
import { Stepper } from "./Stepper";

const WON = 2;

interface Props {
  id: string;
  row: Row;
  fields: Field[];
  saving: Saving;
  stages: Stages;
  onMove: (stage: Stage) => void;
}

/** Facts, what was said, and what hangs on the deal: side by side, or one at a time on the phone. */
export function DealColumns({ id, row, fields, saving, stages, onMove }: Props) {
  const t = useT();
  const { tabs, tab, setTab, shows } = useColumns();
  const phone = usePhone();
  const title = row["title"] as string;
  const customer = row["customer"] as Row | null | undefined;
  const customerId = row["customerId"] as string;
  const stage = fields.find((each) => each.name === "stage");
  const name = (customer?.["name"] as string | undefined) ?? title;
  return (
    <div className="tri">
      {phone && (
        <div className="c1 who row wrap">
          <Link href={`/customers/${customerId}`} className="link">{name}</Link>
          <b className="nw">{money(row["amountCents"] as number, row["currency"] as string)}</b>
          {typeof row["ownerId"] === "string" && <UserName id={row["ownerId"]} />}
        </div>
      )}
      <RecordTabs name={title} tabs={tabs} tab={tab} onChange={setTab} />
      {shows("facts") && (
        <section className="c1" aria-label={t("record.facts")}>
          {!phone && (
            <>
              <h2 className="name">{title}</h2>
              <Link href={`/customers/${customerId}`} className="link" style={{ overflowWrap: "anywhere" }}>
                {customer?.["name"] as string | undefined}
              </Link>
            </>
          )}
          <div className="row g12 wrap" style={{ margin: "12px 0 16px" }}>
            <b className="nw" style={{ fontSize: 20, lineHeight: "28px" }}>{money(row["amountCents"] as number, row["currency"] as string)}</b>
            {stage && <Value field={stage} row={row} />}
          </div>
          <FactSections resource="opportunity" fields={fields} row={row} saving={saving} except={["title", "customerId", "stage"]} />
        </section>
      )}
      {shows("activity") && (
        <section className="c2" aria-label={t("record.activity")}>
          <Stepper id={id} {...stages} row={row} onMove={onMove} />
          {!phone && <Composer customerId={customerId} name={name} />}
          <Timeline customerId={customerId} filters />
        </section>
      )}
      {shows("related") && (
        <section className="c3" aria-label={t("record.related")}>
          <Tasks customerId={customerId} />
          <Contracts row={row} won={row["status"] === WON} />
          <StageHistory id={id} fields={fields} />
        </section>
      )}
    </div>
  );
}
