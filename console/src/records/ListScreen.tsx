import type { ReactNode } from "react";

import { ApiError } from "../api/errors";
import { idOf, type Resource, type Row } from "../api/resources";
import { type Key, useT } from "../i18n/translate";
import { useKeys, usePhone, useWide } from "../ui/hooks";
import { Failed } from "../ui/States";
import { BulkBar } from "./BulkBar";
import { ConflictDialog } from "./ConflictDialog";
import { exportFile } from "./exportFile";
import { columnsOf, titleField, useFields } from "./fields";
import { NO_FILTER } from "./filter";
import { FilterBar, type Quick } from "./FilterBar";
import { useGoFromList } from "./fromList";
import { ListBody } from "./ListBody";
import { ListFoot } from "./ListFoot";
import { ListHead } from "./ListHead";
import { ColumnMenu, PagingSwitch, SortMenu } from "./ListMenus";
import { listKey } from "./place";
import { useSave } from "./save";
import { useEscape } from "./useEscape";
import { useLayout } from "./useLayout";
import { useListState } from "./useListState";
import { pageOf as pageAt, usePaging } from "./usePaging";
import { useRows } from "./useRows";
import { useSelection } from "./useSelection";

export interface PanelPlace {
  id: string;
  place: number;
  total: number;
  onStep: (by: number) => void;
  onPage: () => void;
  /** What was asked for is part of another record by now. */
  onMerged: (id: string) => void;
  onClose: () => void;
}

interface ListScreenProps {
  resource: Resource;
  title: Key;
  columns: string[];
  quick: Quick[];
  path: string;
  /** Of a record's own page; without it the panel is all there is. */
  hasPage: boolean;
  card: (row: Row) => ReactNode;
  panel: (place: PanelPlace) => ReactNode;
  form: (close: () => void, created: (id: string) => void) => ReactNode;
  /** Beside the title: a switch between views. */
  views?: ReactNode;
}

export function ListScreen(props: ListScreenProps) {
  const { resource, title, quick, path } = props;
  const t = useT();
  const phone = usePhone();
  const go = useGoFromList();
  const state = useListState();
  const { fields, filters, embed, error: noFields, retry } = useFields(resource);
  const layout = useLayout(resource, props.columns);
  const list = listKey(path, state.filterText, state.sort, state.view, state.page);
  const selection = useSelection(list);
  const saving = useSave(resource);
  const query = { filter: state.filterText, sort: state.sort, embed: embed.join(",") };
  // What there is to embed is known with the fields.
  const rows = useRows(resource, query, fields.length > 0);
  const shown = usePaging(rows, state);
  const wide = useWide();
  const columns = columnsOf(resource, fields, layout.columns);
  const pageOf = (id: string) => `${path}/${id}`;
  const open = (id: string, replace = false) => {
    if (phone && props.hasPage) go(pageOf(id));
    else state.setOpen(id, replace);
  };
  const step = (by: number) => {
    const at = rows.placeOf(state.open ?? "");
    const row = rows.rowAt(at + by);
    if (at >= 0 && row) state.setOpen(idOf(resource, row), true, shown.pages > 1 ? pageAt(at + by) : undefined);
  };
  const close = () => state.setOpen(null);
  useKeys({
    ...(state.open ? { j: () => step(1), k: () => step(-1) } : {}),
    ...(state.open && props.hasPage ? { o: () => go(pageOf(state.open as string)) } : {}),
  });
  useEscape(state, selection);
  const exporting = () => void exportFile(resource, selection.everything ? [] : selection.ids, query, t);
  const error = noFields ?? rows.error;
  const tooBroad = error instanceof ApiError && (error.code === "QUERY_TOO_BROAD" || error.faults.some((each) => each.field === "filter"));

  return (
    <>
      <ListHead {...{ resource, title, state, layout }} views={props.views} onExport={exporting} />
      <div className="bar">
        <FilterBar resource={resource} fields={[...fields, ...filters]} filter={state.filter} onChange={state.setFilter} quick={quick} searched={wide ? titleField(resource) : null} refused={tooBroad} raw={state.raw} />
        <SortMenu fields={fields} sort={state.sort} onChange={state.setSort} />
        {!phone && <ColumnMenu fields={fields} layout={layout} resource={resource} />}
        {!phone && <PagingSwitch />}
      </div>
      <div className="split">
        <div className="l">
          {error ? (
            <Failed error={error} retry={noFields ? retry : rows.retry} />
          ) : (
            <ListBody
              {...{ resource, columns, layout, selection, saving }}
              rows={shown}
              card={props.card}
              openId={state.open}
              list={list}
              sort={state.sort}
              narrow={state.creating || state.open !== null}
              filtered={state.filterText !== ""}
              fields={[...fields, ...filters]}
              filter={state.filter}
              onFilter={state.setFilter}
              onClear={() => state.setFilter(NO_FILTER)}
              onCreate={() => state.setCreating(true)}
              onSort={state.setSort}
              onOpen={open}
              onPage={(id) => (props.hasPage ? go(pageOf(id)) : state.setOpen(id))}
            />
          )}
          <BulkBar {...{ resource, fields, rows, selection }} filterText={state.filterText} onExport={exporting} />
          <ListFoot rows={shown} resource={resource} count={rows.count} />
        </div>
        {state.creating && (
          <aside className="panel" aria-label={t("form.new", { what: t(`type.${resource}` as Key) })}>
            {props.form(() => state.setCreating(false), (id) => open(id))}
          </aside>
        )}
        {!state.creating && state.open && (
          <aside className="panel" key={state.open}>
            {props.panel({
              id: state.open,
              place: rows.placeOf(state.open) + 1,
              total: rows.count,
              onStep: step,
              onPage: () => go(pageOf(state.open as string)),
              onMerged: state.setMerged,
              onClose: close,
            })}
          </aside>
        )}
      </div>
      <ConflictDialog saving={saving} fields={fields} />
    </>
  );
}
