import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLocation } from "wouter";

import { asApiError } from "../api/errors";
import { type Field, get, type Row, update } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import type { BoardAnswer } from "./board";

export interface Stage {
  value: number;
  name: string;
}

/** The last two are the ends of the pipeline: won and lost. */
const ENDS = 2;

export interface Stages {
  open: Stage[];
  won: Stage | undefined;
  lost: Stage | undefined;
}

export function useStages(fields: Field[]): Stages {
  const label = useLabel();
  const all = (fields.find((each) => each.name === "stage")?.options ?? []).map((each) => ({
    value: each.value as number,
    name: label(each.label),
  }));
  return { open: all.slice(0, -ENDS), won: all.at(-2), lost: all.at(-1) };
}

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

/** Moves a deal at once, and back with the reason if the service refuses. */
export function useMove() {
  const t = useT();
  const queries = useQueryClient();
  return useCallback(
    async (deal: Deal, stage: Stage, more: Row = {}, quiet = false): Promise<boolean> => {
      const { opportunityId: id, title, stage: before } = deal;
      const show = (to: number) =>
        queries.setQueriesData<BoardAnswer>({ queryKey: ["opportunity", "board"] }, (board) => board && moved(board, id, to));
      show(stage.value);
      try {
        const { etag } = await get("opportunity", id);
        await update("opportunity", id, newRequestId(), { stage: stage.value, ...more }, etag);
      } catch (error) {
        show(before);
        toast(asApiError(error).message, { tone: "danger" });
        return false;
      }
      void queries.invalidateQueries({ queryKey: ["opportunity"] });
      const undo = () => void update("opportunity", id, newRequestId(), { stage: before }, null).then(
        () => queries.invalidateQueries({ queryKey: ["opportunity"] }),
        (error: unknown) => toast(asApiError(error).message, { tone: "danger" }),
      );
      if (!quiet) toast(t("deal.moved", { name: title, stage: stage.name }), { actions: [{ label: t("action.undo"), run: undo }] });
      return true;
    },
    [queries, t],
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
