import type { Field, Resource } from "../api/resources";
import { keep, type Store, store, stored, useStore } from "../state/store";
import { isGraded, isMoney, isTime } from "./fields";

interface Kept {
  columns: string[];
  widths: Record<string, number>;
}

const NARROWEST = 64;

const layouts = new Map<Resource, Store<Kept | null>>();
const keyOf = (resource: Resource) => `crm.columns.${resource}`;

function layoutOf(resource: Resource): Store<Kept | null> {
  const found = layouts.get(resource) ?? store(stored<Kept>(localStorage, keyOf(resource)));
  layouts.set(resource, found);
  return found;
}

function keepLayout(resource: Resource, next: Kept): void {
  layoutOf(resource).set(next);
  keep(localStorage, keyOf(resource), next);
}

/** Shows a list with the columns of a saved view, also from another page. */
export function applyColumns(resource: Resource, columns: { field: string; width: number | null }[]): void {
  keepLayout(resource, {
    columns: columns.map((each) => each.field),
    widths: Object.fromEntries(columns.flatMap((each) => (each.width === null ? [] : [[each.field, each.width]]))),
  });
}

/** Which columns a list has and how wide they are, remembered in this browser. */
export function useLayout(resource: Resource, defaults: string[]) {
  const { columns, widths } = useStore(layoutOf(resource)) ?? { columns: defaults, widths: {} };
  const change = (next: Kept) => keepLayout(resource, next);
  return {
    columns,
    widths,
    /** Of a saved view. */
    apply: (view: { field: string; width: number | null }[]) => applyColumns(resource, view),
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
