import "./merge.css";

import { type Field, idOf, type Row } from "../api/resources";
import { shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { titleOf } from "../records/fields";
import { Value } from "../records/Value";
import { usePreferences } from "../state/preferences";

interface Props {
  rows: Row[];
  fields: Field[];
  kept: string;
  takenFrom: (name: string) => string;
  onKeep: (id: string) => void;
  onTake: (name: string, id: string) => void;
  labelOf: (field: Field) => string;
}

/** Customers side by side, the fields in which they differ below one another. */
export function MergeGrid({ rows, fields, kept, takenFrom, onKeep, onTake, labelOf }: Props) {
  const t = useT();
  const { language } = usePreferences();
  return (
    <div className="mg">
      <div className="mgr" style={{ gridTemplateColumns: `112px repeat(${rows.length},minmax(0,1fr))` }} role="radiogroup" aria-label={t("duplicates.keep")}>
        <span className="mgl">{t("duplicates.keep")}</span>
        {rows.map((row) => {
          const id = idOf("customer", row);
          return (
            <label key={id} className="cop">
              <input type="radio" name="kept" checked={kept === id} onChange={() => onKeep(id)} />
              <span className="col">
                <b>{titleOf("customer", row)}</b>
                <span className="sm mut">{t("duplicates.created", { day: shortDay(row["createdAt"] as string, language) })}</span>
              </span>
            </label>
          );
        })}
      </div>
      {fields.map((field) => (
        <div key={field.name} className="mgr" style={{ gridTemplateColumns: `112px repeat(${rows.length},minmax(0,1fr))` }} role="radiogroup" aria-label={labelOf(field)}>
          <span className="mgl">{labelOf(field)}</span>
          {rows.map((row) => {
            const id = idOf("customer", row);
            return (
              <label key={id} className="cop">
                <input type="radio" name={field.name} checked={takenFrom(field.name) === id} onChange={() => onTake(field.name, id)} />
                <Value field={field} row={row} />
              </label>
            );
          })}
        </div>
      ))}
    </div>
  );
}
