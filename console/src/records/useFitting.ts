import { type RefObject, useEffect, useState } from "react";

import type { Field } from "../api/resources";
import type { Layout } from "./useLayout";

const CHECKBOX = 40;
const MARGIN = 60;

/** Beside a panel: the columns that there is room for. */
export function useFitting(frame: RefObject<HTMLDivElement | null>, columns: Field[], layout: Layout, narrow: boolean): Field[] {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  if (!narrow || width === 0) return columns;
  let used = CHECKBOX + MARGIN;
  // The panel has telephone and owner; beside it, dates and amounts tell rows apart.
  const wanted = columns.filter((each, at) => at === 0 || (each.type !== "phone" && each.type !== "user"));
  return wanted.filter((each, at) => {
    used += layout.widthOf(each);
    return at === 0 || used <= width;
  });
}

/** How wide the columns are, and how wide all of them are at least: a long first cell must not push the others out. */
export function gridOf(columns: Field[], layout: Layout): { template: string; least: number } {
  const others = columns.slice(1).map((each) => `${layout.widthOf(each)}px`).join(" ");
  return {
    template: `${CHECKBOX}px minmax(${layout.widthOf(columns[0] as Field) + MARGIN}px, 1fr) ${others}`,
    least: columns.reduce((sum, each) => sum + layout.widthOf(each), CHECKBOX + MARGIN),
  };
}
