import type { Handover as Answer, HandoverCounts } from "../api/schema";
import { fullTime } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { KINDS, LABELS, sumOf } from "./handovers";

export function Counts({ counts, title }: { counts: HandoverCounts; title: string }) {
  const t = useT();
  return (
    <section aria-label={title} style={{ marginTop: 16 }}>
      <h2 className="seth">{title}</h2>
      <div className="card trio">
        {KINDS.map((kind) => (
          <div key={kind}>
            <span>{t(LABELS[kind])}</span>
            <b>{counts[kind].toLocaleString("en-US")}</b>
          </div>
        ))}
      </div>
    </section>
  );
}

export function HandoverResult({ step, undone, busy, undoing, onUndo }: { step: Answer; undone: Answer | null; busy: boolean; undoing: boolean; onUndo: () => void }) {
  const t = useT();
  const { language } = usePreferences();
  const [given, rest] = [sumOf(step.given), sumOf(step.remaining)];
  return (
    <div className="col g12" role="status">
      <Counts counts={undone ? undone.returned : step.given} title={undone ? t("hand.returned") : t("hand.given")} />
      {busy && <span className="pbar"><i style={{ width: `${(given / Math.max(1, given + rest)) * 100}%` }} /></span>}
      {undone && sumOf(undone.skipped) > 0 && <p className="note w"><Icon name="info" />{t("hand.skipped", { n: sumOf(undone.skipped) })}</p>}
      {!busy && !undone && (
        <div className="row g12 wrap">
          <Button icon="undo" busy={undoing} onClick={onUndo}>{t("action.undo")}</Button>
          {step.undoableUntil && <span className="sm mut">{t("hand.until", { time: fullTime(step.undoableUntil, language) })}</span>}
        </div>
      )}
    </div>
  );
}
