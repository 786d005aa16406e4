import { useDroppable } from "@dnd-kit/core";

import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Button } from "../ui/Button";
import type { Card, Column } from "./board";
import { DealCard } from "./DealCard";

interface Props {
  column: Column;
  name: string;
  onMore: (() => void) | null;
  onOpen: (id: string) => void;
  onKey: (deal: Card, by: number) => void;
}

export function BoardColumn({ column, name, onMore, onOpen, onKey }: Props) {
  const t = useT();
  const { setNodeRef, isOver } = useDroppable({ id: column.stage });
  const rest = column.count - column.data.length;
  return (
    <section className={`kcol${isOver ? " over" : ""}`} aria-label={name}>
      <Head column={column} name={name} />
      <div ref={setNodeRef} className="scroll">
        {column.data.length === 0 && <p className="mut md" style={{ padding: 8 }}>{t("deal.none")}</p>}
        {column.data.map((deal) => (
          <DealCard key={deal.opportunityId} deal={deal} limit={column.stuckAfterDays ?? 0} onOpen={onOpen} onKey={onKey} />
        ))}
        {rest > 0 &&
          (onMore ? (
            <Button small look="ghost" onClick={onMore}>
              {t("deal.more", { n: rest })}
            </Button>
          ) : (
            <p className="sm mut" style={{ padding: 8 }}>{t("deal.inTable", { n: rest })}</p>
          ))}
      </div>
    </section>
  );
}

function Head({ column, name }: { column: Column; name: string }) {
  const t = useT();
  const { language } = usePreferences();
  const sums = column.sums.map((each) => shortMoney(each.totalAmountCents, each.currency, language));
  const weighted = column.sums.map((each) => shortMoney(each.weightedAmountCents, each.currency, language));
  return (
    <header>
      <div className="row g8">
        <i className={`dot s${column.stage}`} />
        <h2 style={{ fontSize: 14 }}>{name}</h2>
        <span className="mut">{column.count.toLocaleString("en-US")}</span>
      </div>
      <div className="col" title={`${sums.join(" · ")} · ${t("deal.weightedSum", { sum: weighted.join(" · ") })}`}>
        <b style={{ minHeight: 20 }}>{sums.join(" · ")}</b>
        <span className="md ink2 nw">{t("deal.weighted", { n: column.probability, sum: weighted[0] ?? "" })}</span>
      </div>
      <div className="pp">
        <i style={{ width: `${column.probability}%`, background: `var(--s${column.stage})` }} />
      </div>
    </header>
  );
}
