import type { Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { useWhoseFilters } from "../people/useWhoseFilters";
import { ListScreen } from "../records/ListScreen";
import { RecordForm } from "../records/RecordForm";
import { RecordPanel } from "../records/RecordPanel";
import { Time, UserName } from "../records/Value";

const COLUMNS = ["customerId", "followUpType", "createdBy", "followedAt"];

/** All conversations, to be filtered: what the figures of reports count. */
export default function FollowUpsPage() {
  const t = useT();
  const own = useWhoseFilters("createdBy");
  return (
    <ListScreen
      resource="follow_up"
      title="timeline.followUps"
      columns={COLUMNS}
      path="/follow-ups"
      hasPage={false}
      quick={[
        ...own,
        { label: t("when.today"), condition: { field: "followedAt", op: "=", value: "today" } },
        { label: t("when.thisWeek"), condition: { field: "followedAt", op: "=", value: "thisWeek" } },
        { label: t("when.lastWeek"), condition: { field: "followedAt", op: "=", value: "lastWeek" } },
      ]}
      card={(row) => <Card row={row} />}
      panel={(place) => <RecordPanel resource="follow_up" place={place} hasPage={false} head={(row) => <p className="pre">{row["content"] as string}</p>} />}
      form={(close, created) => <RecordForm resource="follow_up" first={["customerId", "content", "followUpType", "followedAt"]} onCreated={(row) => created(row["followUpId"] as string)} onClose={close} />}
    />
  );
}

function Card({ row }: { row: Row }) {
  return (
    <span className="col sp">
      <span className="t el">{row["content"] as string}</span>
      <span className="row g8 md mut">
        <span className="el sp">{(row["customer"] as Row | null | undefined)?.["name"] as string | undefined}</span>
        {typeof row["createdBy"] === "string" && <UserName id={row["createdBy"]} />}
        <Time value={row["followedAt"] as string} aged={false} />
      </span>
    </span>
  );
}
