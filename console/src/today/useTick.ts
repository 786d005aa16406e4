import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { asApiError } from "../api/errors";
import type { Row } from "../api/resources";
import { dayPlus, nextMonday } from "../format/dates";
import { useT } from "../i18n/translate";
import { sendOrKeep } from "../outbox/send";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { setStatus } from "../tasks/setStatus";

const ABOUT = ["customerId", "opportunityId", "contractId", "contactId", "assigneeId", "kind", "title"];

/** Ticks a task at once, leaves it struck through, and offers the next step or the way back. */
export function useTick() {
  const t = useT();
  const queries = useQueryClient();
  const [done, setDone] = useState<{ row: Row; section: string }[]>([]);
  const refresh = () => queries.invalidateQueries({ queryKey: ["task"] });
  const failed = (error: unknown) => toast(asApiError(error).message, { tone: "danger" });
  const forget = (row: Row) => setDone((now) => now.filter((each) => each.row["taskId"] !== row["taskId"]));

  const reopen = (row: Row) => {
    forget(row);
    void setStatus(row, "open").then(refresh, failed);
  };
  const plan = (row: Row, dueOn: string) => {
    const about = Object.fromEntries(ABOUT.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]])));
    const content: Row = { ...about, dueOn };
    const write = { requestId: newRequestId(), resource: "task" as const, content, title: row["title"] as string };
    const again = (error: unknown) =>
      toast(asApiError(error).message, { tone: "danger", actions: [{ label: t("action.retry"), run: send }] });
    const send = (): void => void sendOrKeep(write).then(refresh, again);
    send();
  };
  const tick = (row: Row, section: string) => {
    setDone((now) => [...now, { row, section }]);
    void setStatus(row, "done").then(
      (saved) => {
        if (saved) void refresh();
        toast(t(saved ? "today.done" : "outbox.kept"), {
          actions: [
            { label: t("follow.tomorrow"), run: () => plan(row, dayPlus(1)) },
            { label: t("follow.in3"), run: () => plan(row, dayPlus(3)) },
            { label: t("follow.monday"), run: () => plan(row, nextMonday()) },
            { label: t("action.undo"), run: () => reopen(row) },
          ],
        });
      },
      (error: unknown) => {
        forget(row);
        failed(error);
      },
    );
  };
  return { done, tick, reopen };
}

export type Ticking = ReturnType<typeof useTick>;
