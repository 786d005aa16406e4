import type { Row } from "../api/resources";
import { TaskDialog } from "../tasks/TaskDialog";
import { chunk } from "../ui/chunk";

const TransferDialog = chunk(() => import("./TransferDialog"));

/** What one is doing with a whole customer. */
export type Doing = "task" | "transfer" | null;

interface Props {
  doing: Doing;
  row: Row;
  etag: string | null;
  onClose: () => void;
}

export function CustomerDialogs({ doing, row, etag, onClose }: Props) {
  if (doing === "task") {
    return <TaskDialog customerId={row["customerId"] as string} name={row["name"] as string} ownerId={row["ownerId"] as string | null} onClose={onClose} />;
  }
  if (doing === "transfer") {
    return <TransferDialog row={row} etag={etag} onClose={onClose} />;
  }
  return null;
}
