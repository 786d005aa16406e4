import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLocation } from "wouter";

import { ApiError, asApiError } from "../api/errors";
import { get, type Row, update } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import type { BoardAnswer } from "./board";
import type { Stage } from "./stages";

export interface Deal {
  opportunityId: string;
  customerId: string;
  title: string;
  stage: number;
}

/** The card in its new column, counted there; sums follow with the service's answer. */
function moved(board: BoardAnswer, id: string, to: number): BoardAnswer {
  const card = board.data.flatMap((each) => each.data).find((each) => each.opportunityId === id);
  if (!card || card.stage === to) return board;
  const columns = board.data.map((column) => {
    if (column.stage === to) return { ...column, count: column.count + 1, data: [{ ...card, stage: to, daysAtStage: 0, stuck: false }, ...column.data] };
    if (column.stage !== card.stage) return column;
    return { ...column, count: column.count - 1, data: column.data.filter((each) => each !== card) };
  });
  return { ...board, data: columns };
}

const CHANGED = 412;

/** A deal is at another stage by now: somebody else has moved it. */
class Moved extends Error {
  constructor(readonly stage: number) {
    super();
  }
}

/** Changes of other members meanwhile do not stand in the way; another stage does. */
async function write(deal: Deal, changes: Row): Promise<void> {
  for (;;) {
    const { row, etag } = await get("opportunity", deal.opportunityId);
    const now = row["stage"] as number;
    if (now !== deal.stage && now !== changes["stage"]) throw new Moved(now);
    try {
      await update("opportunity", deal.opportunityId, newRequestId(), changes, etag);
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== CHANGED) throw error;
    }
  }
}

/** Moves a deal at once, and back with the reason if the service refuses. */
export function useMove() {
  const t = useT();
  const queries = useQueryClient();
  const { fields } = useFields("opportunity");
  const label = useLabel();
  return useCallback(
    async (deal: Deal, stage: Stage, more: Row = {}, quiet = false): Promise<boolean> => {
      const { opportunityId: id, title, stage: before } = deal;
      const nameOf = (value: number) => {
        const option = fields.find((each) => each.name === "stage")?.options.find((each) => each.value === value);
        return option ? label(option.label) : String(value);
      };
      const show = (to: number) =>
        queries.setQueriesData<BoardAnswer>({ queryKey: ["opportunity", "board"] }, (board) => board && moved(board, id, to));
      const attempt = async (from: Deal): Promise<boolean> => {
        show(stage.value);
        try {
          await write(from, { stage: stage.value, ...more });
          return true;
        } catch (error) {
          show(error instanceof Moved ? error.stage : before);
          if (!(error instanceof Moved)) toast(asApiError(error).message, { tone: "danger" });
          else {
            void queries.invalidateQueries({ queryKey: ["opportunity"] });
            const again = () => void attempt({ ...from, stage: error.stage }).then(() => queries.invalidateQueries({ queryKey: ["opportunity"] }));
            toast(t("deal.movedMeanwhile", { name: title, stage: nameOf(error.stage) }), { actions: [{ label: t("deal.moveAnyway", { stage: stage.name }), run: again }] });
          }
          return false;
        }
      };
      if (!(await attempt(deal))) return false;
      void queries.invalidateQueries({ queryKey: ["opportunity"] });
      const undo = () => void update("opportunity", id, newRequestId(), { stage: before }, null).then(
        () => queries.invalidateQueries({ queryKey: ["opportunity"] }),
        (error: unknown) => toast(asApiError(error).message, { tone: "danger" }),
      );
      if (!quiet) toast(t("deal.moved", { name: title, stage: stage.name }), { actions: [{ label: t("action.undo"), run: undo }] });
      return true;
    },
    [fields, label, queries, t],
  );
}

/** What is won becomes a contract. */
export function useWin() {
  const t = useT();
  const move = useMove();
  const [, go] = useLocation();
  return async (deal: Deal, won: Stage) => {
    if (!(await move(deal, won, {}, true))) return;
    const query = `new&customerId=${deal.customerId}&opportunityId=${deal.opportunityId}`;
    toast(t("deal.won"), { actions: [{ label: t("deal.contract"), run: () => go(`/contracts?${query}`) }] });
  };
}
