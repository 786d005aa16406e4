import { type Collision, type CollisionDetection, type DragEndEvent, type DragStartEvent, MouseSensor, pointerWithin, TouchSensor, useSensor, useSensors } from "@dnd-kit/core";
import { useState } from "react";

import type { Field } from "../api/resources";
import { useT } from "../i18n/translate";
import type { BoardAnswer, Card } from "./board";
import type { Stages } from "./stages";
import { tabOf } from "./StageRow";
import { useMove } from "./useMove";

const NEAR = 6;
const LONG_PRESS = { delay: 250, tolerance: 8 };

interface Asked {
  deal: Card;
  place: DOMRect;
}

/** What lies on top counts: the ends and the tabs over the columns. */
const overColumns =
  (stages: Stages): CollisionDetection =>
  (given) => {
    const hits = pointerWithin(given);
    const column = ({ id }: Collision) => stages.open.some((each) => each.value === id);
    return [...hits.filter((each) => !column(each)), ...hits.filter(column)];
  };

const rectOf = ({ left, top, width, height }: { left: number; top: number; width: number; height: number }) => new DOMRect(left, top, width, height);

/** Moving cards: by mouse, by a long press, by keys. */
export function useBoardMoves(stages: Stages, fields: Field[], refetch: () => Promise<{ data: BoardAnswer | undefined }>) {
  const t = useT();
  const { move, ...refusals } = useMove(fields, stages);
  const { open, won, lost } = stages;
  const [dragged, setDragged] = useState<Card | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [walked, setWalked] = useState<string | null>(null);
  const [said, say] = useState("");
  // A touch scrolls unless it stays; a mouse drags at once.
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: NEAR } }),
    useSensor(TouchSensor, { activationConstraint: LONG_PRESS }),
  );
  const drop = ({ over, active }: DragEndEvent) => {
    const deal = dragged;
    setDragged(null);
    if (!deal || !over) return;
    const stage = [...open, won, lost].find((each) => each && (each.value === over.id || tabOf(each.value) === over.id));
    if (!stage || stage.value === deal.stage) return;
    const place = rectOf(active.rect.current.initial ?? over.rect);
    if (stage === lost) setAsked({ deal, place });
    else void move({ deal, stage, place });
  };
  const byKey = async (deal: Card, by: number, place: DOMRect) => {
    const stage = open[open.findIndex((each) => each.value === deal.stage) + by];
    if (!stage) return;
    setWalked(deal.opportunityId);
    if (!(await move({ deal, stage, place }))) return;
    const { data } = await refetch();
    const cards = data?.data.find((each) => each.stage === stage.value)?.data ?? [];
    const at = cards.findIndex((each) => each.opportunityId === deal.opportunityId);
    say(at < 0 ? stage.name : t("deal.placed", { stage: stage.name, n: at + 1 }));
  };
  return {
    dragged,
    asked,
    walked,
    said,
    setAsked,
    byKey: (deal: Card, by: number, place: DOMRect) => void byKey(deal, by, place),
    move,
    ...refusals,
    lose: ({ deal, place }: Asked, why: Record<string, unknown>) => {
      setAsked(null);
      if (lost) void move({ deal, stage: lost, place, more: why });
    },
    dragging: {
      sensors,
      collisionDetection: overColumns(stages),
      onDragStart: ({ active }: DragStartEvent) => {
        refusals.forget();
        setDragged(active.data.current?.["deal"] as Card);
      },
      onDragEnd: drop,
      onDragCancel: () => setDragged(null),
    },
  };
}
