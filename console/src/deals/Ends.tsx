import { useDroppable } from "@dnd-kit/core";

import { useT } from "../i18n/translate";
import { Icon } from "../ui/Icon";
import type { Stage } from "./stages";

/** Where a deal ends; shown while one is dragged. */
export function Ends({ won, lost }: { won: Stage | undefined; lost: Stage | undefined }) {
  return (
    <div className="drops">
      {won && <End stage={won} win />}
      {lost && <End stage={lost} win={false} />}
    </div>
  );
}

function End({ stage, win }: { stage: Stage; win: boolean }) {
  const t = useT();
  const { setNodeRef, isOver } = useDroppable({ id: stage.value });
  return (
    <div ref={setNodeRef} className={`${win ? "win" : "no"}${isOver ? " over" : ""}`}>
      <Icon name={win ? "win" : "lost"} />
      {t(win ? "deal.win" : "deal.lose")}
      <span>{t(win ? "deal.thenContract" : "deal.thenReason")}</span>
    </div>
  );
}
