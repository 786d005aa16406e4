import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";

import { updateCurrent } from "../api/current";
import { type ApiError, asApiError } from "../api/errors";
import { type Field, type Row, update } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import type { BoardAnswer } from "./board";
import { missingAt, reasonOf } from "./gate";
import type { Deal, Stage, Stages } from "./stages";

export interface Attempt {
  deal: Deal;
  stage: Stage;
  /** Of the card, or of what was pressed. */
  place: DOMRect;
  /** What is set together with the stage. */
  more?: Row;
}

/** A move that the service refuses until these fields are filled in. */
export interface Gate extends Attempt {
  missing: Field[];
  error: ApiError;
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

/** A deal is at another stage by now: somebody else has moved it. */
class Moved extends Error {
  constructor(readonly stage: number) {
    super();
  }
}

/** Changes of other members meanwhile do not stand in the way; another stage does. */
const write = (deal: Deal, content: Row) =>
  updateCurrent({
    resource: "opportunity",
    id: deal.opportunityId,
    requestId: newRequestId(),
    content,
    check: ({ row }) => {
      const now = row["stage"] as number;
      if (now !== deal.stage && now !== content["stage"]) throw new Moved(now);
    },
  });

/** Moves a deal at once, and back if the service refuses: with a question for what the stage requires, or with the reason. */
export function useMove(fields: Field[], { won }: Stages) {
  const t = useT();
  const queries = useQueryClient();
  const label = useLabel();
  const [, go] = useLocation();
  const [gate, setGate] = useState<Gate | null>(null);
  const [refused, setRefused] = useState<{ id: string; reason: string } | null>(null);
  const failed = (error: unknown) => toast(asApiError(error).message, { tone: "danger" });
  const told = ({ opportunityId: id, customerId, title, stage: before }: Deal, stage: Stage) => {
    if (stage.value === won?.value) {
      // What is won becomes a contract.
      const query = `new&customerId=${customerId}&opportunityId=${id}`;
      toast(t("deal.won"), { actions: [{ label: t("deal.contract"), run: () => go(`/contracts?${query}`) }] });
      return;
    }
    const undo = () => void update("opportunity", id, newRequestId(), { stage: before }, null).then(() => queries.invalidateQueries({ queryKey: ["opportunity"] }), failed);
    toast(t("deal.moved", { name: title, stage: stage.name }), { actions: [{ label: t("action.undo"), run: undo }] });
  };
  const nameOf = (value: number) => {
    const option = fields.find((each) => each.name === "stage")?.options.find((each) => each.value === value);
    return option ? label(option.label) : String(value);
  };
  const move = async (attempt: Attempt): Promise<boolean> => {
    const { deal, stage, more = {} } = attempt;
    const { opportunityId: id, stage: before } = deal;
    const show = (to: number) =>
      queries.setQueriesData<BoardAnswer>({ queryKey: ["opportunity", "board"] }, (board) => board && moved(board, id, to));
    setRefused(null);
    show(stage.value);
    try {
      await write(deal, { stage: stage.value, ...more });
    } catch (problem) {
      if (problem instanceof Moved) {
        show(problem.stage);
        void queries.invalidateQueries({ queryKey: ["opportunity"] });
        const now = { ...deal, stage: problem.stage };
        toast(t("deal.movedMeanwhile", { name: deal.title, stage: nameOf(problem.stage) }), { actions: [{ label: t("deal.moveAnyway", { stage: stage.name }), run: () => void move({ ...attempt, deal: now }) }] });
        return false;
      }
      show(before);
      const error = asApiError(problem);
      const missing = missingAt(error, fields);
      if (missing) setGate({ ...attempt, missing, error });
      else setRefused({ id, reason: reasonOf(error) });
      return false;
    }
    setGate(null);
    void queries.invalidateQueries({ queryKey: ["opportunity"] });
    told(deal, stage);
    return true;
  };
  return { move, gate, closeGate: () => setGate(null), refused, forget: () => setRefused(null) };
}
