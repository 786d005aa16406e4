import type { Field } from "../api/resources";
import { useLabel } from "../i18n/translate";
import type { Control } from "../ui/Field";
import { gradeOf, isGraded } from "./fields";

/** More than these are quicker to find in a list. */
const MOST = 8;

export const fitsChips = (field: Field): boolean => field.type === "option" && (isGraded(field) || active(field).length <= MOST);

const active = (field: Field) => field.options.filter((each) => each.active);

interface Props {
  field: Field;
  value: string;
  onChange: (value: string) => void;
  control: Control;
}

/** All there is to choose, each one press away; another press takes it back where nothing is a choice too. */
export function OptionChips({ field, value, onChange, control }: Props) {
  const label = useLabel();
  const graded = isGraded(field);
  return (
    <div className={`opts${control["aria-invalid"] ? " bad" : ""}`} role="group" aria-label={label(field.label)} aria-describedby={control["aria-describedby"]}>
      {active(field).map((each, at) => {
        const written = String(each.value);
        const on = written === value;
        const text = label(each.label);
        return (
          <button
            key={written}
            type="button"
            id={at === 0 ? control.id : undefined}
            className={`chip q${on ? " on" : ""}`}
            aria-pressed={on}
            title={text}
            aria-label={text}
            onClick={() => onChange(on && field.nullable ? "" : written)}
          >
            {graded ? gradeOf(field, each.value)?.letter : text}
          </button>
        );
      })}
    </div>
  );
}
