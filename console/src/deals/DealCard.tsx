import { useDraggable } from "@dnd-kit/core";
import type { KeyboardEvent } from "react";

import { age, daysFrom, shortDay } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import type { Card } from "./board";

interface Props {
  deal: Card;
  limit: number;
  onOpen: (id: string) => void;
  onKey: (deal: Card, by: number) => void;
}

export function DealCard({ deal, limit, onOpen, onKey }: Props) {
  const t = useT();
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: deal.opportunityId, data: { deal } });
  const key = (event: KeyboardEvent) => {
    if (event.key !== "[" && event.key !== "]") return;
    event.preventDefault();
    onKey(deal, event.key === "]" ? 1 : -1);
  };
  return (
    <button
      ref={setNodeRef}
      type="button"
      className={`kc${isDragging ? " ghost" : ""}`}
      aria-keyshortcuts="[ ]"
      title={t("deal.help")}
      {...listeners}
      onClick={() => onOpen(deal.opportunityId)}
      onKeyDown={key}
    >
      <CardBody deal={deal} limit={limit} />
    </button>
  );
}

export function CardBody({ deal, limit }: { deal: Card; limit: number }) {
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
        <Close day={deal.expectedCloseOn ?? null} />
        {deal.stuck && <span className="md amber">{t("deal.stuck", { n: deal.daysAtStage, limit })}</span>}
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

/** Late is red, today is amber, later is quiet. */
function Close({ day }: { day: string | null }) {
  const t = useT();
  const { language } = usePreferences();
  if (day === null) return null;
  const days = daysFrom(day);
  const late = days < 0;
  return (
    <span className={`tag ${late ? "d" : days === 0 ? "w" : "n"}`}>
      <Icon name={late ? "alert" : "cal"} size={14} />
      {late ? t("time.late", { n: -days }) : days === 0 ? age(day, language) : shortDay(day, language)}
    </span>
  );
}
