import { DndContext, type DragEndEvent, DragOverlay, type DragStartEvent, MouseSensor, TouchSensor, useSensor, useSensors } from "@dnd-kit/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useLocation, useSearchParams } from "wouter";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { FilterBar } from "../records/FilterBar";
import { useListState } from "../records/useListState";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { useKeys } from "../ui/hooks";
import { Failed, SkeletonLines } from "../ui/States";
import { type Card, MOST, STEP, useBoard } from "./board";
import { BoardColumn } from "./BoardColumn";
import { CardBody } from "./DealCard";
import { DealForm } from "./DealForm";
import { Ends } from "./Ends";
import { LostDialog } from "./LostDialog";
import { type Stage, useMove, useStages } from "./stages";

const OPEN = 1;
const NEAR = 6;
const LONG_PRESS = { delay: 250, tolerance: 8 };

export default function Board({ views }: { views: ReactNode }) {
  const t = useT();
  const [, go] = useLocation();
  const [, setParams] = useSearchParams();
  const state = useListState();
  const { fields, filters } = useFields("opportunity");
  const [limit, setLimit] = useState(STEP);
  const { data, error, refetch } = useBoard(state.filterText, limit);
  const { open, won, lost } = useStages(fields);
  const move = useMove();
  const { data: caller } = useQuery(whoami);
  const [dragged, setDragged] = useState<Card | null>(null);
  const [losing, setLosing] = useState<Card | null>(null);
  // A touch scrolls unless it stays; a mouse drags at once.
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: NEAR } }),
    useSensor(TouchSensor, { activationConstraint: LONG_PRESS }),
  );
  useKeys({ n: () => state.setCreating(true) });
  const openDeal = (id: string) => go(`/deals/${id}`);
  const ends: (Stage | undefined)[] = [won, lost];

  const drop = ({ over }: DragEndEvent) => {
    const deal = dragged;
    setDragged(null);
    if (!deal || !over) return;
    const stage = [...open, ...ends].find((each) => each?.value === over.id);
    if (!stage || stage.value === deal.stage) return;
    const closes = stage === won;
    if (stage === lost) {
      setLosing(deal);
      return;
    }
    void move(deal, stage, {}, closes).then((done) => {
      if (!done || !closes) return;
      const query = `new&customerId=${deal.customerId}&opportunityId=${deal.opportunityId}`;
      toast(t("deal.won"), { actions: [{ label: t("deal.contract"), run: () => go(`/contracts?${query}`) }] });
    });
  };
  const byKey = (deal: Card, by: number) => {
    const at = open.findIndex((each) => each.value === deal.stage);
    const stage = open[at + by];
    if (stage) void move(deal, stage);
  };
  return (
    <>
      <header className="top">
        <h1>{t("nav.deals")}</h1>
        {views}
        <span className="sp" />
        <Button className="hide-phone" look="primary" icon="plus" hint="N" onClick={() => state.setCreating(true)}>
          {t("form.new", { what: t("type.opportunity") })}
        </Button>
      </header>
      <div className="bar">
        <FilterBar
          fields={[...fields, ...filters].filter((each) => each.name !== "stage" && each.name !== "status")}
          filter={state.filter}
          onChange={state.setFilter}
          quick={[
            ...(caller?.user ? [{ label: t("list.mine"), condition: { field: "ownerId", op: "=", value: "me" } }] : []),
            { label: t("today.stuck"), condition: { field: "stuck", op: "=", value: true } },
          ]}
          refused={false}
        />
      </div>
      <div className="split">
        {error ? (
          <Failed error={error} retry={() => void refetch()} />
        ) : (
          <div className="l">
            <DndContext sensors={sensors} onDragStart={({ active }: DragStartEvent) => setDragged(active.data.current?.["deal"] as Card)} onDragEnd={drop} onDragCancel={() => setDragged(null)}>
              <div className="bd">
                {!data && <SkeletonLines lines={6} />}
                {data?.data
                  .filter((column) => column.status === OPEN)
                  .map((column) => (
                    <BoardColumn
                      key={column.stage}
                      column={column}
                      name={open.find((each) => each.value === column.stage)?.name ?? column.stageName}
                      onMore={limit < MOST ? () => setLimit(Math.min(MOST, limit + 2 * STEP)) : null}
                      onOpen={openDeal}
                      onKey={byKey}
                    />
                  ))}
              </div>
              {dragged && <Ends won={won} lost={lost} />}
              <DragOverlay dropAnimation={null}>
                {dragged && (
                  <div className="kc lift">
                    <CardBody deal={dragged} limit={data?.data.find((each) => each.stage === dragged.stage)?.stuckAfterDays ?? 0} />
                  </div>
                )}
              </DragOverlay>
            </DndContext>
          </div>
        )}
        {losing && lost && (
          <LostDialog
            title={losing.title}
            fields={fields}
            onClose={() => setLosing(null)}
            onLose={(why) => {
              setLosing(null);
              void move(losing, lost, why);
            }}
          />
        )}
        {state.creating && (
          <aside className="panel" aria-label={t("form.new", { what: t("type.opportunity") })}>
            <DealForm onClose={() => state.setCreating(false)} onCreated={() => setParams({})} />
          </aside>
        )}
      </div>
    </>
  );
}

