import type { Row, Saved } from "../api/resources";
import { drop, waiting } from "../outbox/outbox";
import { sendOrKeep } from "../outbox/send";
import { newRequestId } from "../state/intent";

/** Null while it waits for the connection. */
export async function setStatus(row: Row, status: "open" | "done"): Promise<Saved | null> {
  const id = row["taskId"] as string;
  const kept = waiting().find((each) => each.id === id && each.attemptedAt === null);
  if (kept) {
    // What has never left is taken back here.
    drop(kept.requestId);
    return null;
  }
  const seen = { status: status === "done" ? "open" : "done" };
  return sendOrKeep({ requestId: newRequestId(), resource: "task", id, content: { status }, seen, title: row["title"] as string });
}
