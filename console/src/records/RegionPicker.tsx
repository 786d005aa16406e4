import { useState } from "react";

import { useT } from "../i18n/translate";
import type { Control } from "../ui/Field";
import { matching, useRegions } from "./regions";
import { Suggestions } from "./Suggestions";

interface Props {
  control: Control;
  /** A code, or what is typed. */
  value: string;
  onChange: (code: string) => void;
  autoFocus?: boolean;
}

/** Finds a province, city or district by its name; a code can be typed as well. */
export function RegionPicker({ control, value, onChange, autoFocus }: Props) {
  const t = useT();
  const regions = useRegions();
  const [typed, setTyped] = useState<string | null>(null);
  const known = regions?.get(value);
  const text = typed ?? (known ? known.names.join(" ") : value);
  const found = regions && typed?.trim() ? matching(regions, typed) : [];
  return (
    <Suggestions
      control={control}
      text={text}
      placeholder={t("form.region")}
      autoFocus={autoFocus}
      options={found.map((each) => ({ id: each.code, title: each.names.join(" ") }))}
      onType={(next) => {
        setTyped(next);
        // What is not a name is a code, or wrong: the service says so.
        onChange(next.trim());
      }}
      onPick={(code) => {
        setTyped(null);
        onChange(code);
      }}
    />
  );
}
