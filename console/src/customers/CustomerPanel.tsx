import type { Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { Timeline } from "../followups/Timeline";
import type { PanelPlace } from "../records/ListScreen";
import { RecordPanel } from "../records/RecordPanel";
import { RevealButton } from "../reveal/RevealButton";
import { open } from "../state/layers";
import { Company } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { useKeys } from "../ui/hooks";
import { CustomerFigures } from "./CustomerFigures";

export function CustomerPanel({ place }: { place: PanelPlace }) {
  return (
    <RecordPanel resource="customer" place={place} hasPage head={(row) => <Head row={row} />}>
      {(row) => <Activity row={row} />}
    </RecordPanel>
  );
}

function Head({ row }: { row: Row }) {
  const t = useT();
  const id = row["customerId"] as string;
  const name = row["name"] as string;
  const follow = () => open({ follow: { customerId: id, name } });
  useKeys({ l: follow });
  return (
    <>
      <div className="row g12">
        <Company name={name} size="x" />
        <h2 className="name sp">{name}</h2>
      </div>
      <div className="row g8 wrap" style={{ margin: "12px 0" }}>
        <Button icon="pen" hint="L" onClick={follow}>
          {t("action.logFollowUp")}
        </Button>
        {row["contactPhone"] != null && <RevealButton resource="customer" id={id} field="contactPhone" call />}
      </div>
      <CustomerFigures id={id} />
    </>
  );
}

function Activity({ row }: { row: Row }) {
  const t = useT();
  return (
    <>
      <h3 className="h" style={{ marginTop: 12 }}>
        {t("record.activity")}
      </h3>
      <Timeline customerId={row["customerId"] as string} first={5} />
    </>
  );
}
