import { type Field, idOf, type Resource, type Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { Company, Person } from "../ui/Avatar";
import { Checkbox } from "../ui/Checkbox";
import { isCell, isGraded, isNumber, titleOf } from "./fields";
import { InlineEditor } from "./InlineEditor";
import type { Editing } from "./RecordTable";
import type { Saving } from "./save";
import type { Selection } from "./useSelection";
import { DenseValue } from "./Value";

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
  openId: string | null;
  selection: Selection;
  saving: Saving;
  editing: Editing | null;
  onEdit: (editing: Editing) => void;
  onOpen: (id: string) => void;
  onDone: () => void;
}

const WIDTHS = [62, 48, 70, 55];

export function TableRow(props: Props) {
  const { resource, columns, row, place, selection, focused } = props;
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
  const chosen = selection.has(id);
  const looks = `trw${id === props.openId ? " cur" : ""}${chosen ? " sel" : ""}${focused ? " focus" : ""}`;
  return (
    <div id={`row-${place}`} className={looks} role="row" aria-rowindex={props.number} aria-selected={chosen} style={style}>
      <div role="gridcell">
        <Checkbox label={t("list.select", { name: titleOf(resource, row) })} checked={chosen} onChange={() => selection.toggle(id)} />
      </div>
      {columns.map((field, at) => (
        <Cell key={field.name} {...props} row={row} id={id} field={field} first={at === 0} />
      ))}
    </div>
  );
}

function Cell({ resource, row, id, field, first, bare, editing, saving, onEdit, onOpen, onDone }: Props & { row: Row; id: string; field: Field; first: boolean }) {
  const t = useT();
  const inline = isCell(field);
  if (editing?.id === id && editing.field === field.name) {
    return (
      <div role="gridcell" className="ed">
        <InlineEditor field={field} row={row} saving={saving} onDone={onDone} />
      </div>
    );
  }
  const looks = first ? "nm" : isNumber(field) ? "n" : isGraded(field) ? "grd" : "";
  return (
    <div
      role="gridcell"
      className={looks}
      title={inline ? t("list.editHint") : undefined}
      onClick={() => onOpen(id)}
      onDoubleClick={() => inline && onEdit({ id, field: field.name })}
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
