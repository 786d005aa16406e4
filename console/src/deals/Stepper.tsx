import "./deal.css";

import type { Row } from "../api/resources";
import { shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { daysAt } from "./path";
import type { Stage } from "./stages";
import { useStageHistory } from "./useStageHistory";

interface Props {
  id: string;
  open: Stage[];
  won: Stage | undefined;
  lost: Stage | undefined;
  row: Row;
  onMove: (stage: Stage) => void;
}

/** The way that the deal has come, with the days at each stage; a click moves it. */
export function Stepper({ id, open, won, lost, row, onMove }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const { steps = [] } = useStageHistory(id);
  const now = row["stage"] as number;
  const end = lost && now === lost.value ? lost : won;
  const days = daysAt(steps);
  const closed = row["closedAt"] as string | null;
  const note = (stage: Stage) => {
    if (stage === end) return closed ? shortDay(closed, language) : "";
    const spent = days.get(stage.value);
    return spent === undefined ? "" : t("today.days", { n: spent });
  };
  return (
    <ol className="steps">
      {[...open, ...(end ? [end] : [])].map((stage) => {
        const current = stage.value === now;
        const been = current || days.has(stage.value);
        return (
          <li key={stage.value}>
            <button type="button" className={current ? "on" : been ? "been" : ""} aria-current={current ? "step" : undefined} disabled={current} onClick={() => onMove(stage)}>
              <i style={been ? { background: `var(--s${stage.value})` } : {}} />
              <span>{stage.name}</span>
              <small>{note(stage) || "\u00a0"}</small>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
