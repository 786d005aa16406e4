import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useEffect, useRef, useState } from "react";

import { type Field, idOf, type Resource, type Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { useLatest } from "../ui/hooks";
import { Checkbox } from "../ui/Checkbox";
import { isCell } from "./fields";
import type { Saving } from "./save";
import { placeIn } from "./place";
import { TableHead } from "./TableHead";
import { tableKeys } from "./tableKeys";
import type { RowActions } from "./TableRow";
import { type Editing, TableRows } from "./TableRows";
import { useCursor } from "./useCursor";
import { useFitting } from "./useFitting";
import type { Layout } from "./useLayout";
import type { Shown } from "./usePaging";
import type { Selection } from "./useSelection";

interface Props {
  resource: Resource;
  columns: Field[];
  rows: Shown;
  layout: Layout;
  selection: Selection;
  saving: Saving;
  openId: string | null;
  /** By which the list remembers its place. */
  list: string;
  sort: string;
  /** A panel is open: columns that no longer fit go, and come back after it. */
  narrow: boolean;
  onSort: (sort: string) => void;
  onOpen: (id: string, replace?: boolean) => void;
  onPage: (id: string) => void;
}

const HEIGHTS = { comfortable: 36, compact: 30 };

export function RecordTable(props: Props) {
  const { resource, rows, layout, selection, openId, onOpen, onPage } = props;
  const t = useT();
  const { density } = usePreferences();
  const frame = useRef<HTMLDivElement>(null);
  const { columns, bare, template, least } = useFitting(frame, props.columns, layout, props.narrow);
  const [begun, setEditing] = useState<Editing | null>(null);
  const { kept } = props.saving;
  const editing = begun ?? (kept && { id: kept.id, field: Object.keys(kept.changes)[0] as string });
  const height = HEIGHTS[density];
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: 8,
    paddingStart: 32,
    scrollPaddingStart: 32,
    initialOffset: () => placeIn(props.list).scroll,
  });
  const { at, setAt, goTo, keyed } = useCursor(rows, virtual, props.list);
  // Where a range begins.
  const anchor = useRef(-1);
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const { show, rowAt } = rows;
  useEffect(() => show(first, last), [show, first, last]);
  useEffect(() => virtual.measure(), [virtual, height]);
  // The keys of the list work at once.
  useEffect(() => frame.current?.focus({ preventScroll: true }), []);

  const drawn = items.map((item) => rowAt(item.index)).filter((row): row is Row => row !== undefined);

  const move = (next: number) => {
    const row = goTo(next);
    if (openId !== null && row) onOpen(idOf(resource, row), true);
  };
  const edit = (row: Row) => {
    const field = columns.find(isCell);
    if (field) setEditing({ id: idOf(resource, row), field: field.name });
  };
  const actions = useLatest<RowActions>({
    toggle: (id) => selection.toggle(id),
    edit: (id, field) => setEditing({ id, field }),
    open: (id, place) => {
      setAt(place);
      onOpen(id);
    },
    done: () => {
      setEditing(null);
      frame.current?.focus();
    },
  });
  const onKey = tableKeys({
    step: (by) => move(at + by),
    jump: (end) => move(end === "first" ? 0 : rows.count - 1),
    row: () => rowAt(at),
    open: (row) => onOpen(idOf(resource, row)),
    page: (row) => onPage(idOf(resource, row)),
    select: (row) => {
      anchor.current = at;
      selection.toggle(idOf(resource, row));
    },
    selectTo: () => {
      const [from, to] = [Math.min(anchor.current, at), Math.max(anchor.current, at)];
      const between = Array.from({ length: to - from + 1 }, (_, by) => rowAt(from + by));
      selection.addAll(between.flatMap((row) => (row ? [idOf(resource, row)] : [])));
    },
    edit,
    selectAll: () => selection.addAll(drawn.map((each) => idOf(resource, each))),
  });

  return (
    <div
      ref={frame}
      {...keyed}
      style={{ "--least": `${least}px` } as CSSProperties}
      role="grid"
      tabIndex={0}
      aria-label={t(`type.${resource}`)}
      aria-rowcount={(rows.total ?? rows.count) + 1}
      aria-multiselectable="true"
      aria-activedescendant={at >= 0 ? `row-${at}` : undefined}
      aria-busy={rows.loading || rows.stale}
      onKeyDown={onKey}
      onFocus={() => at < 0 && setAt(Math.max(first, openId ? rows.placeOf(openId) : first))}
    >
      <TableHead
        columns={columns}
        template={template}
        layout={layout}
        bare={bare}
        sort={props.sort}
        onSort={props.onSort}
        select={
          <Checkbox
            label={t("list.selectAll")}
            checked={drawn.length > 0 && drawn.every((each) => selection.has(idOf(resource, each)))}
            mixed={selection.count > 0}
            onChange={(on) => (on ? selection.addAll(drawn.map((each) => idOf(resource, each))) : selection.clear())}
          />
        }
      />
      <div className={rows.stale ? "dim" : ""} role="rowgroup" style={{ height: virtual.getTotalSize() - 32, minWidth: "100%" }}>
        <TableRows {...props} {...{ columns, items, height, template, bare, at, editing, actions }} />
      </div>
    </div>
  );
}
