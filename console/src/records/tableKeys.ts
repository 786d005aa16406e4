import type { KeyboardEvent } from "react";

import type { Row } from "../api/resources";

/** What the keys of a table do. */
interface TableActs {
  step: (by: number) => void;
  jump: (end: "first" | "last") => void;
  row: () => Row | undefined;
  open: (row: Row) => void;
  page: (row: Row) => void;
  select: (row: Row) => void;
  /** From the one that was selected before. */
  selectTo: () => void;
  edit: (row: Row) => void;
  selectAll: () => void;
}

/** Only of the table itself: a cell that is edited has keys of its own, and so has an input method. */
export function tableKeys(acts: TableActs): (event: KeyboardEvent<HTMLDivElement>) => void {
  const withRow = (act: (row: Row) => void) => () => {
    const row = acts.row();
    if (row) act(row);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => acts.step(1),
    j: () => acts.step(1),
    ArrowUp: () => acts.step(-1),
    k: () => acts.step(-1),
    Home: () => acts.jump("first"),
    End: () => acts.jump("last"),
    Enter: withRow(acts.open),
    o: withRow(acts.page),
    x: withRow(acts.select),
    e: withRow(acts.edit),
  };
  return (event) => {
    if (event.target !== event.currentTarget || event.nativeEvent.isComposing || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const modified = event.ctrlKey || event.metaKey;
    const act = event.shiftKey && key === "x" ? acts.selectTo : modified ? (key === "a" ? acts.selectAll : undefined) : keys[key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
}
