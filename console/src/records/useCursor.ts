import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";

import type { Row } from "../api/resources";
import { keepPlace, placeIn } from "./place";
import { PAGE, type Shown } from "./usePaging";

/** The row that the keys act on. */
export function useCursor(rows: Shown, virtual: Virtualizer<HTMLDivElement, Element>, list: string) {
  const [at, setAt] = useState(() => placeIn(list).at);
  // Its row is framed once somebody uses them.
  const [keys, setKeys] = useState(false);
  // Back leads to the same rows.
  useEffect(() => keepPlace(list, { at, scroll: virtual.scrollOffset ?? 0 }));
  const turnedTo = useRef(rows.offset);
  useEffect(() => {
    if (turnedTo.current === rows.offset) return;
    turnedTo.current = rows.offset;
    virtual.scrollToIndex(Math.max(0, at));
  }, [virtual, rows.offset, at]);

  /** Beyond the last row of a page is the first one of the next. */
  const goTo = (next: number): Row | undefined => {
    const place = Math.max(0, Math.min(rows.count - 1, next));
    const row = rows.rowAt(next) ?? rows.rowAt(place);
    const turned = next !== place && rows.turn(next < place ? -1 : 1);
    const there = !turned ? place : next < place ? PAGE - 1 : 0;
    setAt(there);
    virtual.scrollToIndex(there);
    return row;
  };
  const keyed = { className: keys ? "grid keys" : "grid", onKeyUp: () => setKeys(true), onPointerDown: () => setKeys(false) };
  return { at, setAt, goTo, keyed };
}
