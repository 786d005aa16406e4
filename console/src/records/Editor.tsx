import type { ComponentProps } from "react";

import type { Field } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { Area, Choice, type Control, Text } from "../ui/Field";
import { isMoney } from "./fields";
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
}

const INPUTS: Record<string, { type: string; inputMode?: "decimal" | "tel" | "email" }> = {
  date: { type: "date" },
  dateOrTime: { type: "date" },
  time: { type: "datetime-local" },
  phone: { type: "tel", inputMode: "tel" },
  // As text: the service says what is wrong with an address, in the reader's language.
  email: { type: "text", inputMode: "email" },
};

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
export function Editor({ field, value, onChange, control, autoFocus }: Props) {
  const t = useT();
  const label = useLabel();
  const colleagues = useColleagues();
  const text = typeof value === "string" ? value : "";
  const shared = { ...control, autoFocus };
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
  if (field.type === "option") {
    return (
      <Choice {...shared} value={text} onChange={(event) => onChange(event.target.value)}>
        {!text && <option value="" />}
        {field.options.filter((each) => each.active || String(each.value) === text).map((each) => (
          <option key={String(each.value)} value={String(each.value)}>
            {label(each.label)}
          </option>
        ))}
      </Choice>
    );
  }
  if (field.type === "user" && colleagues.length > 0) {
    return (
      <Choice {...shared} value={text} onChange={(event) => onChange(event.target.value)}>
        <option value="" />
        {colleagues.map((each) => (
          <option key={each.userId} value={each.userId}>
            {each.name}
          </option>
        ))}
      </Choice>
    );
  }
  if (field.type === "boolean") {
    return (
      <label className="row g8" style={{ minHeight: 34 }}>
        <input {...shared} type="checkbox" className="cb" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
        {t("value.yes")}
      </label>
    );
  }
  if (field.type === "multilineText") {
    return <Area {...shared} value={text} onChange={(event) => onChange(event.target.value)} />;
  }
  if (field.type === "currency") {
    return <Currency {...shared} value={text} onChange={(event) => onChange(event.target.value)} />;
  }
  const input = isMoney(field) ? { type: "text", inputMode: "decimal" as const } : (INPUTS[field.type] ?? { type: "text" });
  return <Text {...shared} {...input} value={text} onChange={(event) => onChange(event.target.value)} />;
}
