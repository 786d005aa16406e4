import { type RefObject, useEffect, useMemo, useState } from "react";

import type { Field } from "../api/resources";
import { isGraded, isMoney, isTime } from "./fields";
import type { Layout } from "./useLayout";

const CHECKBOX = 40;
const MARGIN = 36;
const NAME = 200;
/** Of columns that show less beside a panel: a letter, an avatar. */
const LETTER = 36;
const AVATAR = 44;
const AMOUNT = 116;
const WHEN = 138;

/** What tells rows apart beside a panel comes first, what the panel shows anyway last. */
function importanceOf(field: Field): number {
  if (isGraded(field)) return 0;
  if (field.type === "reference") return 1;
  if (field.type === "user") return 2;
  if (isTime(field)) return 3;
  if (isMoney(field)) return 4;
  if (field.type === "option") return 5;
  return field.type === "tags" || field.type === "phone" ? 7 : 6;
}

function narrowed(field: Field, width: number): number {
  if (isGraded(field)) return LETTER;
  if (field.type === "user") return AVATAR;
  if (isMoney(field)) return Math.min(width, AMOUNT);
  return isTime(field) ? Math.min(width, WHEN) : width;
}

interface Fitting {
  columns: Field[];
  /** People are shown by their avatars, and such columns have no heads. */
  bare: boolean;
  template: string;
  least: number;
}

export function inRoom(columns: Field[], width: number, widthOf: (field: Field) => number): Field[] {
  let used = CHECKBOX + NAME;
  const kept = new Set<Field>(columns.slice(0, 1));
  for (const field of columns.slice(1).sort((one, other) => importanceOf(one) - importanceOf(other))) {
    used += widthOf(field);
    if (used > width) break;
    kept.add(field);
  }
  return columns.filter((each) => kept.has(each));
}

/** Beside a panel: the columns that there is room for, by their importance and in their order. */
export function useFitting(frame: RefObject<HTMLDivElement | null>, all: Field[], layout: Layout, narrow: boolean): Fitting {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  const bare = narrow && width > 0;
  // The same columns while the list is scrolled, so that no row is drawn again.
  return useMemo(() => fit(all, layout, bare, width), [all, layout, bare, width]);
}

function fit(all: Field[], layout: Layout, bare: boolean, width: number): Fitting {
  const widthOf = (field: Field) => (bare ? narrowed(field, layout.widthOf(field)) : layout.widthOf(field));
  const columns = bare ? inRoom(all, width, widthOf) : all;
  const name = bare ? NAME : layout.widthOf(columns[0] as Field) + MARGIN;
  const others = columns.slice(1).map(widthOf);
  return {
    columns,
    bare,
    // A long first cell must not push the others out.
    template: `${CHECKBOX}px minmax(${name}px, 1fr) ${others.map((each) => `${each}px`).join(" ")}`,
    least: others.reduce((sum, each) => sum + each, CHECKBOX + name),
  };
}
