import type { Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { useWhoseFilters } from "../people/useWhoseFilters";
import { ListScreen } from "../records/ListScreen";
import { RecordForm } from "../records/RecordForm";
import { RecordPanel } from "../records/RecordPanel";
import { NextContact, Time } from "../records/Value";

const COLUMNS = ["due", "customerId", "assigneeId", "status", "doneAt"];

/** All tasks, also those that are done. */
export default function TasksPage() {
  const t = useT();
  const own = useWhoseFilters("assigneeId");
  return (
    <ListScreen
      resource="task"
      title="nav.tasks"
      columns={COLUMNS}
      path="/tasks"
      hasPage={false}
      quick={[
        ...own,
        { label: t("task.open"), condition: { field: "status", op: "=", value: "open" } },
        { label: t("task.done"), condition: { field: "status", op: "=", value: "done" } },
      ]}
      card={(row) => <Card row={row} />}
      panel={(place) => <RecordPanel resource="task" place={place} hasPage={false} />}
      form={(close, created) => <RecordForm resource="task" first={["title", "dueOn", "customerId", "assigneeId"]} onCreated={(row) => created(row["taskId"] as string)} onClose={close} />}
    />
  );
}

function Card({ row }: { row: Row }) {
  const due = row["due"] as string | null;
  return (
    <>
      <span className="col sp">
        <span className="t el">{row["title"] as string}</span>
        <span className="md mut el">{(row["customer"] as Row | null | undefined)?.["name"] as string | undefined}</span>
      </span>
      {due && (row["status"] === "open" ? <NextContact value={due} /> : <Time value={due} aged={false} />)}
    </>
  );
}
