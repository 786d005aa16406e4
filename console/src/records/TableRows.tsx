import type { VirtualItem } from "@tanstack/react-virtual";

import { type Field, idOf, type Resource } from "../api/resources";
import type { Saving } from "./save";
import { type RowActions, TableRow } from "./TableRow";
import type { Shown } from "./usePaging";
import type { Selection } from "./useSelection";

export interface Editing {
  id: string;
  field: string;
}

interface Props {
  resource: Resource;
  columns: Field[];
  rows: Shown;
  items: VirtualItem[];
  height: number;
  template: string;
  bare: boolean;
  /** The place of the row that the keys act on. */
  at: number;
  openId: string | null;
  selection: Selection;
  editing: Editing | null;
  saving: Saving;
  actions: RowActions;
}

/** The rows in sight, and some around them. */
export function TableRows({ rows, items, at, openId, selection, editing, saving, ...same }: Props) {
  return items.map((item) => {
    const row = rows.rowAt(item.index);
    const id = row && idOf(same.resource, row);
    const field = editing !== null && editing.id === id ? editing.field : null;
    return (
      <TableRow
        key={item.index}
        resource={same.resource}
        columns={same.columns}
        template={same.template}
        height={same.height}
        bare={same.bare}
        actions={same.actions}
        row={row}
        place={item.index}
        number={rows.offset + item.index + 2}
        top={item.start}
        focused={item.index === at}
        open={id !== undefined && id === openId}
        chosen={id !== undefined && selection.has(id)}
        editing={field}
        saving={field === null ? null : saving}
      />
    );
  });
}
