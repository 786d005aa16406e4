import { type PointerEvent, type ReactNode, useRef } from "react";

import type { Field } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Icon } from "../ui/Icon";
import { isGraded, isNumber } from "./fields";
import type { Layout } from "./useLayout";

interface Props {
  columns: Field[];
  template: string;
  layout: Layout;
  bare: boolean;
  sort: string;
  onSort: (sort: string) => void;
  select: ReactNode;
}

export function TableHead({ columns, template, layout, bare, sort, onSort, select }: Props) {
  const label = useLabel();
  const name = sort.replace(/^-/, "");
  return (
    <div className="thd" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
      <div role="columnheader">{select}</div>
      {columns.map((field) => {
        const on = field.name === name;
        const down = on && sort.startsWith("-");
        const direction = down ? "descending" : "ascending";
        const looks = `row${isNumber(field) ? " n" : ""}${on ? " on" : ""}${isGraded(field) ? " grd" : ""}`;
        return (
          <div key={field.name} role="columnheader" className={looks} aria-sort={on ? direction : undefined} title={label(field.label)}>
            {bare && (isGraded(field) || field.type === "user") ? (
              <span className="sr">{label(field.label)}</span>
            ) : field.sortable ? (
              <button type="button" className="ht" tabIndex={-1} onClick={() => onSort(on && !down ? `-${field.name}` : field.name)}>
                <span className="hl">{label(field.label)}</span>
                {on && <Icon name={down ? "down" : "up"} size={14} />}
              </button>
            ) : (
              <span className="ht">
                <span className="hl">{label(field.label)}</span>
              </span>
            )}
            {!bare && <Resizer field={field} layout={layout} />}
          </div>
        );
      })}
    </div>
  );
}

function Resizer({ field, layout }: { field: Field; layout: Layout }) {
  const t = useT();
  const label = useLabel();
  const from = useRef<{ x: number; width: number } | null>(null);
  const move = (event: PointerEvent<HTMLSpanElement>) => {
    if (from.current) layout.resize(field.name, from.current.width + event.clientX - from.current.x);
  };
  return (
    <span
      className="rz"
      role="presentation"
      title={t("list.resize", { name: label(field.label) })}
      onPointerDown={(event) => {
        event.preventDefault();
        from.current = { x: event.clientX, width: layout.widthOf(field) };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={() => (from.current = null)}
    />
  );
}
