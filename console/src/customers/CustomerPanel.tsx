import { useState } from "react";
import { Link } from "wouter";

import type { Field, Row } from "../api/resources";
import { Timeline } from "../followups/Timeline";
import { useLabel, useT } from "../i18n/translate";
import { Grade } from "../records/Chips";
import { isGraded } from "../records/fields";
import type { PanelPlace } from "../records/ListScreen";
import { RecordPanel } from "../records/RecordPanel";
import { RegionName } from "../records/RegionName";
import { useCall } from "../reveal/useCall";
import { open } from "../state/layers";
import { Tasks } from "../tasks/Tasks";
import { Company } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { useKeys } from "../ui/hooks";
import { CustomerFigures } from "./CustomerFigures";
import { CustomerDialogs, type Doing } from "./CustomerDialogs";
import { MergedNote } from "./MergedNote";

const FEW = ["ownerId", "contactPhone", "contactEmail", "tags", "address"];
const LATEST = 3;

export function CustomerPanel({ place }: { place: PanelPlace }) {
  const t = useT();
  return (
    <RecordPanel resource="customer" place={place} hasPage few={FEW} head={(row, fields, etag) => <Head row={row} fields={fields} etag={etag} />}>
      {(row) => (
        <section aria-label={t("record.activity")}>
          <h3 className="h" style={{ marginTop: 12 }}>
            <span className="sp">{t("record.activity")}</span>
            <Link href={`/customers/${row["customerId"] as string}`} className="link md" style={{ fontWeight: 400 }}>
              {t("record.allActivity")}
            </Link>
          </h3>
          <Timeline customerId={row["customerId"] as string} first={LATEST} older={false} />
        </section>
      )}
    </RecordPanel>
  );
}

function Head({ row, fields, etag }: { row: Row; fields: Field[]; etag: string | null }) {
  const t = useT();
  const call = useCall();
  const id = row["customerId"] as string;
  const name = row["name"] as string;
  const [doing, setDoing] = useState<Doing>(null);
  const follow = () => open({ follow: { customerId: id, name } });
  useKeys({ l: follow, t: () => setDoing("transfer") });
  return (
    <>
      <MergedNote />
      <div className="row g12">
        <Company name={name} size="x" />
        <div className="col sp">
          <h2 className="name">{name}</h2>
          <SubLine row={row} fields={fields} />
        </div>
      </div>
      <div className="row g6 wrap pacts">
        <Button icon="pen" hint="L" onClick={follow}>
          {t("action.logFollowUp")}
        </Button>
        {row["contactPhone"] != null && (
          <Button icon="phone" onClick={() => call(id)}>
            {t("action.call")}
          </Button>
        )}
        <Button icon="today" onClick={() => setDoing("task")}>
          {t("task.new")}
        </Button>
        <Button icon="swap" onClick={() => setDoing("transfer")}>
          {t("action.transfer")}
        </Button>
      </div>
      <CustomerFigures id={id} />
      <div style={{ marginTop: 12 }}>
        <Tasks customerId={id} most={1} />
      </div>
      <CustomerDialogs doing={doing} row={row} etag={etag} onClose={() => setDoing(null)} />
    </>
  );
}

/** What kind of customer it is: level, industry, region and source. */
function SubLine({ row, fields }: { row: Row; fields: Field[] }) {
  const label = useLabel();
  const field = (name: string) => fields.find((each) => each.name === name);
  const level = field("level");
  const chosen = (name: string) => {
    const option = field(name)?.options.find((each) => each.value === row[name]);
    return option && <span key={name}>{label(option.label)}</span>;
  };
  const region = row["region"] as string | null;
  const parts = [level && !isGraded(level) && chosen("level"), chosen("industry"), region && <RegionName key="region" code={region} />, chosen("source")];
  return (
    <div className="row g6 wrap md ink2 dots">
      {level && isGraded(level) && row["level"] != null && <Grade field={level} value={row["level"]} />}
      {parts.filter(Boolean)}
    </div>
  );
}
