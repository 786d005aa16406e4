import type { Row } from "../api/resources";
import type { Stage } from "./stages";

interface Props {
  stages: Stage[];
  lost: Stage | undefined;
  row: Row;
  onMove: (stage: Stage) => void;
}

/** Where the deal stands; a click moves it. */
export function Stepper({ stages, lost, row, onMove }: Props) {
  const now = row["stage"] as number;
  const shown = lost && now === lost.value ? [...stages, lost] : stages;
  return (
    <ol className="row g4" style={{ marginBottom: 16, overflowX: "auto" }}>
      {shown.map((stage) => (
        <li key={stage.value} style={{ flex: 1 }}>
          <button type="button" className={`ty${stage.value === now ? " on" : ""}`} style={{ width: "100%" }} aria-current={stage.value === now ? "step" : undefined} disabled={stage.value === now} onClick={() => onMove(stage)}>
            <i className={`dot s${stage.value}`} />
            {stage.name}
          </button>
        </li>
      ))}
    </ol>
  );
}
