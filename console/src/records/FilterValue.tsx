import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { type Field, whoami } from "../api/resources";
import { centsOf } from "../format/money";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { Button } from "../ui/Button";
import { Text } from "../ui/Field";
import { isMoney, isNumber, isTime } from "./fields";
import { RegionPicker } from "./RegionPicker";
import { isRegion } from "./regions";
import { Chip } from "./Value";

interface Props {
  field: Field;
  op: string;
  whens: string[];
  onPick: (value: unknown) => void;
}

function typed(field: Field, text: string): unknown {
  if (isMoney(field)) return centsOf(text);
  if (isNumber(field)) return Number.isFinite(Number(text)) && text !== "" ? Number(text) : null;
  return text.trim() === "" ? null : text.trim();
}

/** The last column: options, periods and people to choose, everything else to type. */
export function FilterValue({ field, op, whens, onPick }: Props) {
  const t = useT();
  const label = useLabel();
  const { data: caller } = useQuery(whoami);
  const colleagues = useColleagues();
  const several = ["in", "not in", "has any", "has none"].includes(op);
  const [chosen, setChosen] = useState<(string | number)[]>([]);

  if (field.options.length > 0) {
    const pick = (value: string | number) => {
      if (!several) onPick(value);
      else setChosen(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
    };
    return (
      <>
        {field.options.map((each) => (
          <button key={String(each.value)} type="button" className="mi" aria-pressed={chosen.includes(each.value as string)} onClick={() => pick(each.value)}>
            {several && <input type="checkbox" className="cb" tabIndex={-1} readOnly checked={chosen.includes(each.value as string)} aria-hidden="true" />}
            <span className="sp">{each.color ? <Chip color={each.color} text={label(each.label)} active={each.active} /> : label(each.label)}</span>
          </button>
        ))}
        {several && <Apply ready={chosen.length > 0} onApply={() => onPick(chosen)} />}
      </>
    );
  }
  if (field.type === "user" && colleagues.length > 0) {
    const words = [...(caller?.user ? ["me"] : []), "nobody"];
    const people = [...words.map((each) => ({ id: each, name: t(`value.${each}` as Key) })), ...colleagues.map((each) => ({ id: each.userId, name: each.name }))];
    return people.map((each) => (
      <button key={each.id} type="button" className="mi" onClick={() => onPick(several ? [each.id] : each.id)}>
        {each.name}
      </button>
    ));
  }
  const words: unknown[] = field.type === "user" && op !== "in" ? [...(caller?.user ? ["me"] : []), "nobody"] : [];
  const shown = field.type === "boolean" ? [true, false] : [...words, ...(op === "between" ? [] : whens)];
  const wording = (value: unknown) =>
    typeof value === "boolean" ? t(value ? "value.yes" : "value.no") : t(`${isTime(field) ? "when" : "value"}.${String(value)}` as Key);
  return (
    <>
      {shown.map((each) => (
        <button key={String(each)} type="button" className="mi" onClick={() => onPick(each)}>
          {wording(each)}
        </button>
      ))}
      {field.type !== "boolean" && <Typed field={field} op={op} onPick={onPick} />}
    </>
  );
}

function Apply({ ready, onApply }: { ready: boolean; onApply: () => void }) {
  const t = useT();
  return (
    <div style={{ padding: 8 }}>
      <Button small look="primary" disabled={!ready} onClick={onApply}>
        {t("list.apply")}
      </Button>
    </div>
  );
}

function Typed({ field, op, onPick }: Omit<Props, "whens">) {
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
