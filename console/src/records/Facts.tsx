import { useState } from "react";

import { type Field, idOf, type Resource, type Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { RevealButton } from "../reveal/RevealButton";
import { isInline } from "./fields";
import { InlineEditor } from "./InlineEditor";
import type { Saving } from "./save";
import { Value } from "./Value";

interface Props {
  resource: Resource;
  fields: Field[];
  row: Row;
  saving: Saving;
  /** Shown elsewhere on the page. */
  except?: string[];
}

/** Every member of a record; those that can be changed are edited in place. */
export function Facts({ resource, fields, row, saving, except = [] }: Props) {
  const t = useT();
  const label = useLabel();
  const [editing, setEditing] = useState<string | null>(null);
  const shown = fields.filter((each) => !except.includes(each.name) && (isInline(each) || row[each.name] != null));
  return (
    <dl>
      {shown.map((field) => (
        <div key={field.name} className="kv">
          <dt>{label(field.label)}</dt>
          <dd>
            {editing === field.name ? (
              <InlineEditor field={field} row={row} saving={saving} onDone={() => setEditing(null)} />
            ) : isInline(field) ? (
              <>
              <button type="button" className="val" title={t("action.edit")} onClick={() => setEditing(field.name)}>
                <Value field={field} row={row} />
              </button>
              {field.masked && row[field.name] != null && <RevealButton resource={resource} id={idOf(resource, row)} field={field.name} />}
              </>
            ) : (
              <span className="val">
                <Value field={field} row={row} />
              </span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
