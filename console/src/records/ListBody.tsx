import type { ReactNode } from "react";

import type { Field, Resource, Row } from "../api/resources";
import { type Key, useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { usePhone } from "../ui/hooks";
import { Empty } from "../ui/States";
import type { Filter } from "./filter";
import { FilteredEmpty } from "./FilteredEmpty";
import { RecordCards } from "./RecordCards";
import { RecordTable } from "./RecordTable";
import type { Saving } from "./save";
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
  card: (row: Row) => ReactNode;
  openId: string | null;
  list: string;
  sort: string;
  narrow: boolean;
  filtered: boolean;
  fields: Field[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
  onClear: () => void;
  onCreate: () => void;
  onSort: (sort: string) => void;
  onOpen: (id: string, replace?: boolean) => void;
  onPage: (id: string) => void;
}

export function ListBody(props: Props) {
  const { resource, columns, rows, filtered } = props;
  const t = useT();
  const phone = usePhone();
  const what = t(`type.${resource}` as Key);
  if (!rows.loading && rows.count === 0) {
    return filtered ? (
      <FilteredEmpty resource={resource} fields={props.fields} filter={props.filter} onChange={props.onFilter} onClear={props.onClear} />
    ) : (
      <Empty icon="plus" title={t("list.first", { what })} hint={t("list.firstHint")}>
        <Button look="primary" onClick={props.onCreate}>
          {t("form.new", { what })}
        </Button>
      </Empty>
    );
  }
  if (rows.loading || columns.length === 0) return <Waiting />;
  if (phone) return <RecordCards resource={resource} rows={rows} card={props.card} onOpen={props.onOpen} />;
  return <RecordTable {...props} />;
}

const LINES = 12;

function Waiting() {
  return (
    <div className="grid" aria-busy="true">
      {Array.from({ length: LINES }, (_, at) => (
        <div key={at} className="row" style={{ height: 36, padding: "0 16px" }}>
          <span className="skel" style={{ width: `${30 + ((at * 17) % 40)}%` }} />
        </div>
      ))}
    </div>
  );
}
