import { useDraggable } from "@dnd-kit/core";
import { type KeyboardEvent, useEffect, useRef } from "react";

import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import type { Card } from "./board";
import { NextTag } from "./NextTag";

/** What cards do, and the one that has the focus after it was moved by a key, or is asked about. */
export interface CardActions {
  onOpen: (id: string) => void;
  onKey: (deal: Card, by: number, place: DOMRect) => void;
  walked: string | null;
  asked: string | null;
  /** Why the service did not move a card. */
  refused: { id: string; reason: string } | null;
}

export function DealCard({ deal, onOpen, onKey, walked, asked, refused }: { deal: Card } & CardActions) {
  const t = useT();
  const { opportunityId: id } = deal;
  const { setNodeRef, listeners, isDragging } = useDraggable({ id, data: { deal } });
  const button = useRef<HTMLButtonElement | null>(null);
  // A card in another column is another element.
  useEffect(() => {
    if (walked === id) button.current?.focus();
  }, [walked, id]);
  const key = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key !== "[" && event.key !== "]") return;
    event.preventDefault();
    onKey(deal, event.key === "]" ? 1 : -1, event.currentTarget.getBoundingClientRect());
  };
  return (
    <button
      ref={(node) => {
        setNodeRef(node);
        button.current = node;
      }}
      type="button"
      className={`kc${isDragging ? " ghost" : ""}${asked === id ? " asked" : ""}`}
      aria-keyshortcuts="[ ]"
      title={t("deal.help")}
      {...listeners}
      onClick={() => onOpen(id)}
      onKeyDown={key}
    >
      <CardBody deal={deal} />
      {refused?.id === id && (
        <span className="no md red" role="alert">
          <Icon name="alert" size={14} />
          {t("deal.refused", { reason: refused.reason })}
        </span>
      )}
    </button>
  );
}

export function CardBody({ deal }: { deal: Card }) {
  const t = useT();
  const names = useNames();
  const owner = deal.ownerId;
  return (
    <>
      <span className="row g8">
        <b className="el sp">{deal.title}</b>
        <b className="nw">{money(deal.amountCents, deal.currency)}</b>
      </span>
      <span className="md ink2 el" style={{ display: "block" }}>
        {deal.customerName}
      </span>
      <span className="row g8" style={{ marginTop: 6, minHeight: 20 }}>
        <NextTag task={deal.nextTask} />
        {deal.stuck && <span className="md amber el">{t("deal.stuck", { n: deal.daysAtStage })}</span>}
        <span className="sp" />
        {owner && (
          <span title={names(owner)}>
            <Person id={owner} name={names(owner)} />
          </span>
        )}
      </span>
    </>
  );
}
