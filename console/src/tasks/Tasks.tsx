import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { asApiError } from "../api/errors";
import { list, type Row } from "../api/resources";
import { age, daysFrom, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { written } from "../records/filter";
import { useWaiting } from "../outbox/outbox";
import { usePreferences } from "../state/preferences";
import { toast } from "../state/toasts";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Failed, SkeletonLines } from "../ui/States";
import { setStatus } from "./setStatus";
import { TaskDialog } from "./TaskDialog";

function useOpenTasks(customerId: string) {
  const conditions = [
    { field: "customerId", op: "=", value: customerId },
    { field: "status", op: "=", value: "open" },
  ];
  return useQuery({
    queryKey: ["task", "open", customerId],
    queryFn: ({ signal }) => list("task", { filter: written({ any: false, conditions }), sort: "dueOn", pageSize: 20 }, signal),
  });
}

/** Ticking is at once, and can be taken back. */
function useTick() {
  const t = useT();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ["task"] });
  return useMutation({
    mutationFn: (row: Row) => setStatus(row, "done"),
    onSuccess: (saved, row) => {
      if (saved) void refresh();
      const undo = () => void setStatus(row, "open").then(refresh, (error: unknown) => toast(asApiError(error).message, { tone: "danger" }));
      toast(saved ? t("task.doneToast", { name: row["title"] as string }) : t("outbox.kept"), { actions: [{ label: t("task.reopen"), run: undo }] });
    },
    onError: (error) => toast(error.message, { tone: "danger" }),
  });
}

interface Props {
  customerId: string;
  /** With them, the next step is planned here. */
  name?: string;
  ownerId?: string | null;
  /** Only the next ones; the others at a touch. */
  most?: number;
}

export function Tasks({ customerId, name, ownerId = null, most: first = Infinity }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const { data, error, refetch } = useOpenTasks(customerId);
  const tick = useTick();
  const [planning, setPlanning] = useState(false);
  const [all, setAll] = useState(false);
  const most = all ? Infinity : first;
  const kept = new Set(useWaiting().map((each) => each.id));
  const open = data?.data.filter((row) => !kept.has(row["taskId"] as string));
  return (
    <section aria-label={t("record.nextStep")}>
      <h3 className="h">
        {t("record.nextStep")}
        {open && open.length > most && <button type="button" className="link md" onClick={() => setAll(true)}>{t("task.others", { n: open.length - most })}</button>}
        <span className="sp" />
        {name !== undefined && <IconButton small icon="plus" label={t("form.new", { what: t("type.task") })} onClick={() => setPlanning(true)} />}
      </h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={1} />}
      {open?.length === 0 && (
        <p className="card none">
          <span className="sp">{t("record.noNextStep")}</span>
          {name !== undefined && <button type="button" className="link" onClick={() => setPlanning(true)}>{t("task.plan")}</button>}
        </p>
      )}
      {open && open.length > 0 && (
        <div className="card clip">
          {open.slice(0, most).map((row) => {
            const due = (row["dueOn"] ?? row["dueAt"]) as string | null;
            const days = due ? daysFrom(due) : 1;
            const tone = days < 0 ? "d" : days === 0 ? "w" : "n";
            return (
              <div key={row["taskId"] as string} className="li">
                <button type="button" className={`tick${days < 0 ? " late" : ""}`} aria-label={`${t("task.done")}: ${row["title"] as string}`} disabled={tick.isPending} onClick={() => tick.mutate(row)}>
                  <Icon name="check" />
                </button>
                <span className="sp el">{row["title"] as string}</span>
                {due && (days > 1 ? <span className="sm mut nw">{shortDay(due, language)}</span> : <span className={`tag ${tone}`}>{days < 0 ? t("time.late", { n: -days }) : age(due, language)}</span>)}
              </div>
            );
          })}
        </div>
      )}
      {planning && name !== undefined && <TaskDialog customerId={customerId} name={name} ownerId={ownerId} onClose={() => setPlanning(false)} />}
    </section>
  );
}
