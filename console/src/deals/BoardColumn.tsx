import { useDroppable } from "@dnd-kit/core";

import { shortMoney } from "../format/money";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Button, IconButton } from "../ui/Button";
import type { Column } from "./board";
import { type CardActions, DealCard } from "./DealCard";

interface Props extends CardActions {
  column: Column;
  name: string;
  /** Whether a card of another column is dragged. */
  aimed: boolean;
  onMore: (() => void) | null;
  onNew: () => void;
}

export function BoardColumn({ column, name, aimed, onMore, onNew, ...actions }: Props) {
  const t = useT();
  const { setNodeRef, isOver } = useDroppable({ id: column.stage });
  const rest = column.count - column.data.length;
  return (
    <section className="kcol" aria-label={name} data-stage={column.stage}>
      <Head column={column} name={name} onNew={onNew} />
      <div ref={setNodeRef} className="scroll">
        {aimed && isOver && <div className="slot" />}
        {column.data.length === 0 && !(aimed && isOver) && <p className="mut md" style={{ padding: 8 }}>{t("deal.none")}</p>}
        {column.data.map((deal) => (
          <DealCard key={deal.opportunityId} deal={deal} {...actions} />
        ))}
        {rest > 0 && (
          <div className="row" style={{ justifyContent: "center" }}>
            {onMore ? (
              <Button small look="ghost" onClick={onMore}>
                {t("deal.more", { n: rest })}
              </Button>
            ) : (
              <p className="sm mut" style={{ padding: 8 }}>{t("deal.inTable", { n: rest })}</p>
            )}
          </div>
        )}
      </div>
    </section>
  );
}

/** Currencies are never added up: the first is shown, the others are counted and named on hover. */
function Head({ column, name, onNew }: { column: Column; name: string; onNew: () => void }) {
  const t = useT();
  const { language } = usePreferences();
  const sorted = [...column.sums].sort((one, other) => other.count - one.count);
  const of = (part: "totalAmountCents" | "weightedAmountCents") => sorted.map((each) => shortMoney(each[part], each.currency, language));
  const [sums, weighted] = [of("totalAmountCents"), of("weightedAmountCents")];
  const all = `${sums.join(" · ")}\n${t("deal.weightedSum", { sum: weighted.join(" · ") })}`;
  return (
    <header>
      <div className="row g8">
        <i className={`dot s${column.stage}`} />
        <h2 style={{ fontSize: 14 }}>{name}</h2>
        <span className="mut">{column.count.toLocaleString("en-US")}</span>
        <span className="sp" />
        <IconButton small icon="plus" label={t("deal.newAt", { stage: name })} onClick={onNew} />
      </div>
      <div className="sum" title={all}>
        <b>{sums[0] ?? "—"}</b>
        {sums.length > 1 && (
          <span className="sm mut">
            <span aria-hidden="true">+{sums.length - 1}</span>
            <span className="sr">{sums.slice(1).join(" · ")}</span>
          </span>
        )}
        <span>{t("deal.weighted", { n: column.probability, sum: weighted[0] ?? "—" })}</span>
      </div>
      <div className="pp">
        <i style={{ width: `${column.probability}%`, background: `var(--s${column.stage})` }} />
      </div>
    </header>
  );
}
