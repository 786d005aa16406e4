import { memo } from "react";

import { type Field, idOf, type Resource, type Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { Company, Person } from "../ui/Avatar";
import { Checkbox } from "../ui/Checkbox";
import { isCell, isGraded, isNumber, titleOf } from "./fields";
import { InlineEditor } from "./InlineEditor";
import type { Saving } from "./save";
import { DenseValue } from "./Value";

/** Actions on rows. The same object in every render, so that rows are not drawn again. */
export interface RowActions {
  toggle: (id: string) => void;
  edit: (id: string, field: string) => void;
  open: (id: string, place: number) => void;
  done: () => void;
}

interface Props {
  resource: Resource;
  columns: Field[];
  row: Row | undefined;
  place: number;
  /** Among all rows, for screen readers; the head is the first one. */
  number: number;
  top: number;
  height: number;
  template: string;
  bare: boolean;
  focused: boolean;
  open: boolean;
  chosen: boolean;
  /** The field that is edited in this row. */
  editing: string | null;
  /** Null unless a field is edited. */
  saving: Saving | null;
  actions: RowActions;
}

const WIDTHS = [62, 48, 70, 55];

/** Scrolling draws the rows that come into sight, and none again: what it is given must not change meanwhile. */
export const TableRow = memo(function TableRow(props: Props) {
  const { resource, columns, row, place, chosen, actions } = props;
  const t = useT();
  const style = {
    gridTemplateColumns: props.template,
    transform: `translateY(${props.top}px)`,
    height: props.height,
  };
  if (row === undefined) {
    return (
      <div className="trw" role="row" aria-rowindex={props.number} aria-busy="true" style={style}>
        <div role="gridcell" />
        {columns.map((each, at) => (
          <div key={each.name} role="gridcell">
            <span className="skel" style={{ width: `${WIDTHS[(place + at) % 4]}%` }} />
          </div>
        ))}
      </div>
    );
  }
  const id = idOf(resource, row);
  const looks = `trw${props.open ? " cur" : ""}${chosen ? " sel" : ""}${props.focused ? " focus" : ""}`;
  return (
    <div id={`row-${place}`} className={looks} role="row" aria-rowindex={props.number} aria-selected={chosen} style={style}>
      <div role="gridcell">
        <Checkbox label={t("list.select", { name: titleOf(resource, row) })} checked={chosen} onChange={() => actions.toggle(id)} />
      </div>
      {columns.map((field, at) => (
        <Cell key={field.name} {...props} row={row} id={id} field={field} first={at === 0} />
      ))}
    </div>
  );
});

function Cell({ resource, row, id, field, first, bare, place, editing, saving, actions }: Props & { row: Row; id: string; field: Field; first: boolean }) {
  const t = useT();
  const inline = isCell(field);
  if (editing === field.name && saving) {
    return (
      <div role="gridcell" className="ed">
        <InlineEditor field={field} row={row} saving={saving} onDone={actions.done} />
      </div>
    );
  }
  const looks = first ? "nm" : isNumber(field) ? "n" : isGraded(field) ? "grd" : "";
  return (
    <div
      role="gridcell"
      className={looks}
      title={inline ? t("list.editHint") : undefined}
      onClick={() => actions.open(id, place)}
      onDoubleClick={() => inline && actions.edit(id, field.name)}
    >
      {first ? <Title resource={resource} row={row} /> : <DenseValue field={field} row={row} bare={bare} />}
    </div>
  );
}

function Title({ resource, row }: { resource: Resource; row: Row }) {
  const title = titleOf(resource, row);
  return (
    <>
      {resource === "customer" && <Company name={title} />}
      {resource === "contact" && <Person id={title} />}
      <span className="el sp" title={title}>{title}</span>
    </>
  );
}
