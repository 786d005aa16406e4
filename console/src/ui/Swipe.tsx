import { type PointerEvent, type ReactNode, useRef, useState } from "react";

import { Icon, type IconName } from "./Icon";

interface Act {
  icon: IconName;
  label: string;
  run: () => void;
}

interface Props {
  /** Actions of a swipe to the right and of one to the left. */
  right?: Act | undefined;
  left?: Act | undefined;
  children: ReactNode;
}

const ENOUGH = 96;
/** A finger that goes this far down scrolls. */
const SLOPE = 12;

/** A row that can be swiped. Each action is also a button in it, for those who do not swipe. */
export function Swipe({ right, left, children }: Props) {
  const start = useRef<{ x: number; y: number; sideways: boolean } | null>(null);
  const [by, setBy] = useState(0);
  const act = by > 0 ? right : left;
  const begin = (event: PointerEvent) => {
    if (event.pointerType === "touch") start.current = { x: event.clientX, y: event.clientY, sideways: false };
  };
  const move = (event: PointerEvent) => {
    const from = start.current;
    if (from === null) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.sideways && Math.abs(y) > SLOPE) start.current = null;
    if (Math.abs(x) > SLOPE) from.sideways = true;
    const wanted = x > 0 ? right : left;
    if (start.current?.sideways && wanted) setBy(Math.max(-ENOUGH * 1.25, Math.min(ENOUGH * 1.25, x)));
  };
  const end = () => {
    start.current = null;
    setBy(0);
    if (Math.abs(by) >= ENOUGH) act?.run();
  };
  const cancel = () => {
    start.current = null;
    setBy(0);
  };
  return (
    <div className="swipe" onPointerDown={begin} onPointerMove={move} onPointerUp={end} onPointerCancel={cancel}>
      {act && by !== 0 && (
        <span className={`under ${by > 0 ? "ok" : "info"}${Math.abs(by) >= ENOUGH ? " on" : ""}`} aria-hidden="true">
          <Icon name={act.icon} size={20} />
          {act.label}
        </span>
      )}
      <div className="over" style={by === 0 ? undefined : { transform: `translateX(${by}px)`, transition: "none" }}>
        {children}
      </div>
    </div>
  );
}
