import type { ComponentProps } from "react";

import type { Field } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { Area, Choice, type Control, Text } from "../ui/Field";
import { isMoney } from "./fields";
import { fitsChips, OptionChips } from "./OptionChips";
import { ReferencePicker } from "./ReferencePicker";
import { RegionPicker } from "./RegionPicker";
import { isRegion } from "./regions";
import { TagEditor } from "./TagEditor";
import { type Draft, isPicked } from "./values";

interface Props {
  field: Field;
  value: Draft[string] | undefined;
  onChange: (value: Draft[string]) => void;
  control: Control;
  autoFocus?: boolean;
  /** In a form there is room to show what there is to choose. */
  chips?: boolean;
}

const INPUTS: Record<string, { type: string; inputMode?: "decimal" | "tel" | "email" }> = {
  date: { type: "date" },
  dateOrTime: { type: "date" },
  time: { type: "datetime-local" },
  phone: { type: "tel", inputMode: "tel" },
  // As text: the service says what is wrong with an address, in the reader's language.
  email: { type: "text", inputMode: "email" },
};

function Options({ field, value, ...rest }: ComponentProps<typeof Choice> & { field: Field; value: string }) {
  const label = useLabel();
  return (
    <Choice {...rest} value={value}>
      {!value && <option value="" />}
      {field.options.filter((each) => each.active || String(each.value) === value).map((each) => (
        <option key={String(each.value)} value={String(each.value)}>
          {label(each.label)}
        </option>
      ))}
    </Choice>
  );
}

function People(props: ComponentProps<typeof Choice>) {
  const colleagues = useColleagues();
  return (
    <Choice {...props}>
      <option value="" />
      {colleagues.map((each) => (
        <option key={each.userId} value={each.userId}>
          {each.name}
        </option>
      ))}
    </Choice>
  );
}

function YesNo(props: ComponentProps<"input">) {
  const t = useT();
  return (
    <label className="row g8" style={{ minHeight: 34 }}>
      <input {...props} type="checkbox" className="cb" />
      {t("value.yes")}
    </label>
  );
}

function Currency({ value, ...rest }: ComponentProps<typeof Choice> & { value: string }) {
  return (
    <Choice {...rest} value={value || "CNY"}>
      {["CNY", "USD", "EUR", "GBP", "JPY", "HKD"].map((each) => (
        <option key={each}>{each}</option>
      ))}
    </Choice>
  );
}

/** The control for one member, by its kind; used in forms, in panels and in cells. */
export function Editor({ chips = false, ...props }: Props) {
  const { field, value, onChange, control, autoFocus } = props;
  const text = typeof value === "string" ? value : "";
  if (field.type === "reference" && field.reference) {
    return (
      <ReferencePicker
        control={control}
        to={field.reference as "customer"}
        value={isPicked(value) ? value : null}
        onChange={onChange}
      />
    );
  }
  if (isRegion(field)) return <RegionPicker control={control} {...(autoFocus && { autoFocus })} value={text} onChange={onChange} />;
  if (field.type === "tags") {
    return <TagEditor field={field} value={text ? text.split("\n") : []} onChange={(ids) => onChange(ids.join("\n"))} />;
  }
  if (field.type === "boolean") {
    return <YesNo {...control} autoFocus={autoFocus} checked={value === true} onChange={(event) => onChange(event.target.checked)} />;
  }
  if (chips && fitsChips(field)) return <OptionChips field={field} value={text} onChange={onChange} control={control} />;
  return <Written {...props} text={text} />;
}

/** What is typed, or chosen from a list. */
function Written({ field, text, onChange, control, autoFocus }: Props & { text: string }) {
  const colleagues = useColleagues();
  const shared = {
    ...control,
    autoFocus,
    value: text,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (field.type === "option") return <Options {...shared} field={field} />;
  if (field.type === "user" && colleagues.length > 0) return <People {...shared} />;
  if (field.type === "multilineText") return <Area {...shared} />;
  if (field.type === "currency") return <Currency {...shared} />;
  const input = isMoney(field) ? { type: "text", inputMode: "decimal" as const } : (INPUTS[field.type] ?? { type: "text" });
  return <Text {...shared} {...input} />;
}
