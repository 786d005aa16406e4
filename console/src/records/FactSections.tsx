import { useState } from "react";

import type { Field, Resource, Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Icon } from "../ui/Icon";
import { Fact } from "./Fact";
import { isInline } from "./fields";
import type { Saving } from "./save";
import { isEmpty } from "./values";

interface Props {
  resource: Resource;
  fields: Field[];
  row: Row;
  saving: Saving;
  /** Shown elsewhere on the page. */
  except: string[];
}

interface Section {
  label: Field["section"];
  fields: Field[];
}

/** In the order and under the headings that the declaration gives. */
function sectionsOf(fields: Field[]): Section[] {
  const found = new Map<string, Section>();
  for (const field of fields) {
    const key = field.section?.en ?? "";
    const section = found.get(key) ?? { label: field.section, fields: [] };
    section.fields.push(field);
    found.set(key, section);
  }
  return [...found.values()].sort((one, other) => Number(one.label !== null) - Number(other.label !== null));
}

/** The members that have a value, in sections that fold; the empty ones behind one button. */
export function FactSections({ resource, fields, row, saving, except }: Props) {
  const t = useT();
  const [all, setAll] = useState(false);
  const known = fields.filter((each) => !except.includes(each.name));
  const filled = known.filter((each) => !isEmpty(row[each.name]));
  const empty = known.filter((each) => isEmpty(row[each.name]) && isInline(each));
  const fact = (field: Field) => <Fact key={field.name} resource={resource} field={field} row={row} saving={saving} />;
  return (
    <>
      {sectionsOf(filled).map((section) => (
        <Fold key={section.label?.en ?? ""} label={section.label}>
          <dl>{section.fields.map(fact)}</dl>
        </Fold>
      ))}
      {empty.length > 0 && (
        <>
          <div className="hr" />
          <button type="button" className="fold mut" aria-expanded={all} onClick={() => setAll(!all)}>
            <span className="sp">{t("record.empty", { n: empty.length })}</span>
            <Icon name={all ? "up" : "down"} />
          </button>
          {all && <dl>{empty.map(fact)}</dl>}
        </>
      )}
    </>
  );
}

function Fold({ label, children }: { label: Section["label"]; children: React.ReactNode }) {
  const text = useLabel();
  const [open, setOpen] = useState(true);
  if (label === null) return children;
  return (
    <>
      <div className="hr" />
      <h3>
        <button type="button" className="fold h" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="sp">{text(label)}</span>
          <Icon name={open ? "up" : "down"} />
        </button>
      </h3>
      {open && children}
    </>
  );
}
