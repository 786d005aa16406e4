import { useState } from "react";

import type { Field, Resource } from "../api/resources";
import { keep, stored } from "../state/store";
import { isGraded, isMoney, isTime } from "./fields";

interface Kept {
  columns: string[];
  widths: Record<string, number>;
}

const NARROWEST = 64;

/** Which columns a list has and how wide they are, remembered in this browser. */
export function useLayout(resource: Resource, defaults: string[]) {
  const key = `crm.columns.${resource}`;
  const [layout, setLayout] = useState<Kept>(() => stored<Kept>(localStorage, key) ?? { columns: defaults, widths: {} });
  const change = (next: Kept) => {
    setLayout(next);
    keep(localStorage, key, next);
  };
  const { columns, widths } = layout;
  return {
    columns,
    widths,
    /** Of a saved view. */
    apply: (names: string[], sizes: { field: string; width: number | null }[]) =>
      change({
        columns: names,
        widths: Object.fromEntries(sizes.flatMap((each) => (each.width === null ? [] : [[each.field, each.width]]))),
      }),
    toggle: (name: string) =>
      change({ widths, columns: columns.includes(name) ? columns.filter((each) => each !== name) : [...columns, name] }),
    reset: () => change({ columns: defaults, widths: {} }),
    resize: (name: string, width: number) =>
      change({ columns, widths: { ...widths, [name]: Math.max(NARROWEST, Math.round(width)) } }),
    widthOf: (field: Field): number => widths[field.name] ?? preferred(field),
  };
}

export type Layout = ReturnType<typeof useLayout>;

function preferred(field: Field): number {
  if (isMoney(field)) return 128;
  if (field.type === "dateOrTime") return 124;
  if (isTime(field)) return 156;
  if (isGraded(field)) return 56;
  if (field.type === "option") return 108;
  if (field.type === "user") return 124;
  if (field.type === "boolean" || field.type === "currency") return 88;
  if (field.type === "phone") return 136;
  return 208;
}
