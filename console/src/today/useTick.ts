import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { asApiError } from "../api/errors";
import type { Row } from "../api/resources";
import { dayOfWeek, dayPlus, nextMonday, toDate } from "../format/dates";
import { useT } from "../i18n/translate";
import { sendOrKeep } from "../outbox/send";
import { newRequestId } from "../state/intent";
import { usePreferences } from "../state/preferences";
import { type Action, toast } from "../state/toasts";
import { setStatus } from "../tasks/setStatus";
import { forget, markDone } from "./done";

const ABOUT = ["customerId", "opportunityId", "contractId", "contactId", "assigneeId", "kind", "title"];

/** When a task is due on that day: at the time that it had, if it had one. */
function dueOf(row: Row, day: string): Row {
  const at = row["dueAt"] as string | null;
  if (!at) return { dueOn: day, dueAt: null };
  const [time, date] = [new Date(at), toDate(day)];
  date.setHours(time.getHours(), time.getMinutes());
  return { dueOn: null, dueAt: date.toISOString() };
}

/** What a day is still asked for. */
export interface Asked {
  title: string;
  run: (day: string) => void;
}

/** Completes a task or postpones it, at once, with undo. */
export function useTick() {
  const t = useT();
  const { language } = usePreferences();
  const queries = useQueryClient();
  const [asked, ask] = useState<Asked | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ["task"] });
  const failed = (error: unknown) => toast(asApiError(error).message, { tone: "danger" });

  /** Buttons of a toast, each for a day. */
  const days = (title: string, run: (day: string) => void, tomorrow: boolean): Action[] => [
    ...(tomorrow ? [{ label: t("follow.tomorrow"), run: () => run(dayPlus(1)) }] : []),
    { label: t("follow.in3"), run: () => run(dayPlus(3)) },
    { label: t("follow.monday"), run: () => run(nextMonday()) },
    { label: t("today.pick"), run: () => ask({ title, run }) },
  ];
  const reopen = (row: Row) => {
    forget(row);
    void setStatus(row, "open").then(refresh, failed);
  };
  const plan = (row: Row, dueOn: string) => {
    const about = Object.fromEntries(ABOUT.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]])));
    const content: Row = { ...about, dueOn };
    const write = { requestId: newRequestId(), resource: "task" as const, content, title: row["title"] as string };
    const again = (error: unknown) => toast(asApiError(error).message, { tone: "danger", actions: [{ label: t("action.retry"), run: send }] });
    const planned = () => {
      toast(t("today.planned", { day: dayOfWeek(dueOn, language) }));
      return refresh();
    };
    const send = (): void => void sendOrKeep(write).then(planned, again);
    send();
  };
  const tick = (row: Row, section: string, place: number) => {
    markDone(row, section, place);
    void setStatus(row, "done").then(
      (saved) => {
        if (saved) void refresh();
        const next = days(t("today.nextStep"), (day) => plan(row, day), true);
        toast(t(saved ? "today.done" : "outbox.kept"), { keys: true, actions: [...next, { label: t("action.undo"), quiet: true, run: () => reopen(row) }] });
      },
      (error: unknown) => {
        forget(row);
        failed(error);
      },
    );
  };
  const move = (row: Row, due: Row) => {
    const seen = { dueOn: row["dueOn"], dueAt: row["dueAt"] };
    return sendOrKeep({ requestId: newRequestId(), resource: "task", id: row["taskId"] as string, content: due, seen, title: row["title"] as string });
  };
  /** `more`: whether other days are offered afterwards. */
  const snooze = (row: Row, day: string, more = false) => {
    const back = () => void move(row, { dueOn: row["dueOn"], dueAt: row["dueAt"] }).then(refresh, failed);
    const other = more ? days(t("today.snooze"), (chosen) => snooze(row, chosen), false) : [];
    void move(row, dueOf(row, day)).then((saved) => {
      void refresh();
      toast(saved ? t("today.snoozed", { day: dayOfWeek(day, language) }) : t("outbox.kept"), {
        keys: more,
        actions: [...other, { label: t("action.undo"), quiet: true, run: back }],
      });
    }, failed);
  };
  return { tick, reopen, snooze, asked, ask };
}

export type Ticking = ReturnType<typeof useTick>;
