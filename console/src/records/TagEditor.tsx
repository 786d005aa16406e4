import type { Field } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Chip } from "./Value";

interface Props {
  field: Field;
  /** Ids of tags. */
  value: string[];
  onChange: (value: string[]) => void;
}

/** All tags that a record can have, each to switch on and off. */
export function TagEditor({ field, value, onChange }: Props) {
  const t = useT();
  const label = useLabel();
  const shown = field.options.filter((each) => each.active || value.includes(each.value as string));
  if (shown.length === 0) return <span className="mut sm">{t("tags.none")}</span>;
  const toggle = (id: string) => onChange(value.includes(id) ? value.filter((each) => each !== id) : [...value, id]);
  return (
    <div className="row g8 wrap" role="group" aria-label={label(field.label)}>
      {shown.map((each) => {
        const id = each.value as string;
        return (
          <label key={id} className="row g4">
            <input type="checkbox" className="cb" checked={value.includes(id)} onChange={() => toggle(id)} />
            <Chip color={each.color} text={label(each.label)} active={each.active} />
          </label>
        );
      })}
    </div>
  );
}
