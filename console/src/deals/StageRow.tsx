import { useDroppable } from "@dnd-kit/core";
import { type RefObject, useEffect, useState } from "react";

import { centre } from "../ui/viewport";
import type { Column } from "./board";

/** A tab is another place for a card than its column. */
export const tabOf = (stage: number): string => `tab-${stage}`;

interface Props {
  columns: Column[];
  nameOf: (column: Column) => string;
  board: RefObject<HTMLDivElement | null>;
  aim: boolean;
}

/** On the phone: all stages, that of the column in view marked; while a card is held, where it may go. */
export function StageRow({ columns, nameOf, board, aim }: Props) {
  const [shown, setShown] = useState(0);
  useEffect(() => {
    const scroller = board.current;
    if (!scroller) return undefined;
    const follow = () => {
      const middle = scroller.getBoundingClientRect().left + scroller.clientWidth / 2;
      const at = [...scroller.querySelectorAll(".kcol")].findIndex((each) => each.getBoundingClientRect().right > middle);
      if (at >= 0) setShown(at);
    };
    scroller.addEventListener("scroll", follow, { passive: true });
    return () => scroller.removeEventListener("scroll", follow);
  }, [board]);
  const show = (at: number) => centre(board.current?.querySelectorAll<HTMLElement>(".kcol")[at] ?? null);
  return (
    <div className={`stages${aim ? " aim" : ""}`}>
      {columns.map((column, at) => (
        <Tab key={column.stage} column={column} name={nameOf(column)} on={at === shown} onShow={() => show(at)} />
      ))}
    </div>
  );
}

function Tab({ column, name, on, onShow }: { column: Column; name: string; on: boolean; onShow: () => void }) {
  const { setNodeRef, isOver, node } = useDroppable({ id: tabOf(column.stage) });
  useEffect(() => {
    if (on) centre(node.current);
  }, [on, node]);
  return (
    <button ref={setNodeRef} type="button" className={`${on ? "on" : ""}${isOver ? " over" : ""}`} aria-current={on || undefined} onClick={onShow}>
      {on && <i className={`dot s${column.stage}`} />}
      {name}
      <span className="mut">{column.count.toLocaleString("en-US")}</span>
    </button>
  );
}
