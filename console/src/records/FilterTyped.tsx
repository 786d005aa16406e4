import { type SyntheticEvent, useState } from "react";

import type { Field } from "../api/resources";
import { centsOf } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Text } from "../ui/Field";
import { isMoney, isNumber, isTime } from "./fields";
import { RegionPicker } from "./RegionPicker";
import { isRegion } from "./regions";

function typed(field: Field, text: string): unknown {
  if (isMoney(field)) return centsOf(text);
  if (isNumber(field)) return Number.isFinite(Number(text)) && text !== "" ? Number(text) : null;
  return text.trim() === "" ? null : text.trim();
}

/** A value that is typed: one, several, or two to be between. */
export function FilterTyped({ field, op, onPick }: { field: Field; op: string; onPick: (value: unknown) => void }) {
  const t = useT();
  const label = useLabel();
  const [text, setText] = useState("");
  const [until, setUntil] = useState("");
  const between = op === "between";
  const several = op === "in" || op === "not in";
  const parts = several ? text.split(/[,，、]/).filter((each) => each.trim()) : between ? [text, until] : [text];
  const values = parts.map((each) => typed(field, each));
  const ready = values.length > 0 && values.every((each) => each !== null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (ready) onPick(several || between ? values : values[0]);
  };
  const type = isTime(field) ? "date" : "text";
  return (
    <form className="col g8" style={{ padding: 8 }} onSubmit={submit}>
      {isRegion(field) && !several ? (
        <RegionPicker control={{ id: "filter-region", "aria-label": label(field.label) }} value={text} onChange={(code) => setText(op === "^=" ? code.replace(/(00)+$/, "") : code)} />
      ) : (
        <Text type={type} aria-label={label(field.label)} value={text} onChange={(event) => setText(event.target.value)} />
      )}
      {between && <Text type={type} aria-label={t("value.to")} value={until} onChange={(event) => setUntil(event.target.value)} />}
      <Button type="submit" small look="primary" disabled={!ready}>
        {t("list.apply")}
      </Button>
    </form>
  );
}
