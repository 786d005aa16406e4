import "./board.css";

import { DndContext, DragOverlay } from "@dnd-kit/core";
import { type ReactNode, useRef, useState } from "react";
import { useLocation, useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { useWhoseFilters } from "../people/useWhoseFilters";
import { useFields } from "../records/fields";
import { FilterBar } from "../records/FilterBar";
import { useListState } from "../records/useListState";
import { open } from "../state/layers";
import { Button, IconButton } from "../ui/Button";
import { useKeys, usePhone } from "../ui/hooks";
import { Failed, SkeletonLines } from "../ui/States";
import { type Column, MOST, STEP, useBoard } from "./board";
import { BoardColumn } from "./BoardColumn";
import { BoardSort } from "./BoardSort";
import { CardBody } from "./DealCard";
import { DealForm } from "./DealForm";
import { Ends } from "./Ends";
import { GoalBar } from "./GoalBar";
import { LostReason } from "./LostReason";
import { StageGate } from "./StageGate";
import { StageRow } from "./StageRow";
import { useStages } from "./stages";
import { useBoardMoves } from "./useBoardMoves";

const OPEN = 1;

export function Board({ views }: { views: ReactNode }) {
  const t = useT();
  const phone = usePhone();
  const [, go] = useLocation();
  const [, setParams] = useSearchParams();
  const state = useListState();
  const { fields, filters } = useFields("opportunity");
  const [limit, setLimit] = useState(STEP);
  const { data, error, refetch } = useBoard(state.filterText, state.sort, limit);
  const stages = useStages(fields);
  const own = useWhoseFilters("ownerId");
  const board = useRef<HTMLDivElement>(null);
  const moves = useBoardMoves(stages, fields, refetch);
  const { dragged, asked } = moves;
  const columns = data?.data.filter((column) => column.status === OPEN) ?? [];
  const nameOf = (column: Column) => stages.open.find((each) => each.value === column.stage)?.name ?? column.stageName;
  const create = (stage: number | null) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      next.set("new", "");
      if (stage === null) next.delete("stage");
      else next.set("stage", String(stage));
      return next;
    });
  const leave = () =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      for (const name of ["new", "stage", "customerId"]) next.delete(name);
      return next;
    });
  useKeys({ n: () => create(null) });
  return (
    <>
      <header className="top">
        <h1>{t("nav.deals")}</h1>
        {views}
        <span className="sp" />
        <IconButton className="only-phone" icon="search" label={t("nav.search")} onClick={() => open({ palette: true })} />
        <BoardSort sort={state.sort} onChange={state.setSort} />
        <Button className="hide-phone" look="primary" icon="plus" hint="N" onClick={() => create(null)}>
          {t("form.new", { what: t("type.opportunity") })}
        </Button>
      </header>
      <div className="bar">
        <FilterBar
          resource="opportunity"
          fields={[...fields, ...filters].filter((each) => each.name !== "stage" && each.name !== "status")}
          filter={state.filter}
          onChange={state.setFilter}
          quick={[
            ...own,
            { label: t("today.stuck"), condition: { field: "stuck", op: "=", value: true } },
          ]}
          refused={false}
        />
        {!phone && <GoalBar on={data !== undefined} />}
      </div>
      <div className="split">
        {error ? (
          <Failed error={error} retry={() => void refetch()} />
        ) : (
          <div className="l">
            <p className="sr" aria-live="assertive">{moves.said}</p>
            <DndContext {...moves.dragging}>
              {phone && data && <StageRow columns={columns} nameOf={nameOf} board={board} aim={dragged !== null} />}
              <div ref={board} className={`bd${dragged ? " held" : ""}`}>
                {!data && <SkeletonLines lines={6} />}
                {columns.map((column) => (
                  <BoardColumn
                    key={column.stage}
                    column={column}
                    name={nameOf(column)}
                    aimed={dragged !== null && dragged.stage !== column.stage}
                    onMore={limit < MOST ? () => setLimit(Math.min(MOST, limit + 2 * STEP)) : null}
                    onNew={() => create(column.stage)}
                    onOpen={(id) => go(`/deals/${id}`)}
                    onKey={moves.byKey}
                    walked={moves.walked}
                    asked={asked?.deal.opportunityId ?? moves.gate?.deal.opportunityId ?? null}
                    refused={moves.refused}
                  />
                ))}
              </div>
              {dragged && <Ends won={stages.won} lost={stages.lost} />}
              <DragOverlay dropAnimation={null}>
                {dragged && (
                  <div className="kc lift">
                    <CardBody deal={dragged} />
                  </div>
                )}
              </DragOverlay>
            </DndContext>
          </div>
        )}
        {asked && (
          <LostReason
            deal={{ ...asked.deal, customer: asked.deal.customerName }}
            place={asked.place}
            fields={fields}
            onClose={() => moves.setAsked(null)}
            onLose={(why) => moves.lose(asked, why)}
          />
        )}
        {moves.gate && <StageGate gate={moves.gate} onMove={moves.move} onClose={moves.closeGate} />}
        {state.creating && (
          <aside className="panel" aria-label={t("form.new", { what: t("type.opportunity") })}>
            <DealForm onClose={leave} onCreated={leave} />
          </aside>
        )}
      </div>
    </>
  );
}
