import { useState } from "react";

import { type Field, idField, type Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import { Button, IconButton } from "../ui/Button";
import { Checkbox } from "../ui/Checkbox";
import { chunk } from "../ui/chunk";
import { useKeys } from "../ui/hooks";
import { BulkDialog, type BulkKind } from "./BulkDialog";
import { written } from "./filter";
import type { Rows } from "./useRows";
import type { Selection } from "./useSelection";

interface Props {
  resource: Resource;
  fields: Field[];
  rows: Rows;
  selection: Selection;
  filterText: string;
  onExport: () => void;
}

const MergeDialog = chunk(() => import("../duplicates/MergeDialog"));

/** What is changed at once is a filter: of the whole list too. */
const allOf = (resource: Resource) => written({ any: false, conditions: [{ field: idField(resource), op: "is set" }] });

const MOST = 1000;
const MERGED_AT_ONCE = 5;

export function BulkBar({ resource, fields, rows, selection, filterText, onExport }: Props) {
  const t = useT();
  const [kind, setKind] = useState<BulkKind | null>(null);
  const [merging, merge] = useState(false);
  const owned = fields.some((each) => each.name === "ownerId" && each.writable === "always");
  useKeys({ t: () => setKind("transfer") }, owned && selection.count > 0);
  if (selection.count === 0) return null;
  const count = selection.everything ? rows.count : selection.count;
  const more = !selection.everything && rows.count > selection.count && rows.count <= MOST;
  const mergeable = resource === "customer" && !selection.everything && count > 1 && count <= MERGED_AT_ONCE;
  const tagged = fields.some((each) => each.name === "tags" && each.writable === "always" && each.options.length > 0);
  return (
    <div className="bulk float" role="toolbar" aria-label={t("list.selected", { n: count })}>
      <Checkbox label={t("list.unselect")} checked onChange={selection.clear} />
      <b style={{ padding: "0 4px" }}>{t("list.selected", { n: count })}</b>
      {more && (
        <button type="button" className="link nw" onClick={selection.chooseEverything}>
          {t("list.selectFilter", { n: rows.count })}
        </button>
      )}
      <i className="vl" />
      {owned && (
        <Button look="ghost" icon="swap" onClick={() => setKind("transfer")}>
          {t("bulk.transfer")}
        </Button>
      )}
      {tagged && (
        <Button look="ghost" icon="tag" onClick={() => setKind("tags")}>
          {t("bulk.tags")}
        </Button>
      )}
      <Button look="ghost" icon="pen" onClick={() => setKind("edit")}>
        {t("bulk.edit")}
      </Button>
      {mergeable && (
        <Button look="ghost" icon="merge" onClick={() => merge(true)}>
          {t("bulk.merge")}
        </Button>
      )}
      <Button look="ghost" icon="download" onClick={onExport}>
        {t("action.export")}
      </Button>
      <Button look="ghost" className="dg" icon="trash" onClick={() => setKind("delete")}>
        {t("action.delete")}
      </Button>
      <i className="vl" />
      <IconButton icon="x" label={t("action.close")} onClick={selection.clear} />
      {merging && (
        <MergeDialog
          ids={selection.ids}
          onClose={(merged) => {
            merge(false);
            if (merged) selection.clear();
          }}
        />
      )}
      {kind && (
        <BulkDialog
          resource={resource}
          fields={fields}
          kind={kind}
          target={selection.everything ? { filter: filterText || allOf(resource) } : { ids: selection.ids }}
          onClose={(done) => {
            setKind(null);
            if (done) selection.clear();
          }}
        />
      )}
    </div>
  );
}
