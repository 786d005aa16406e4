import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Field, whoami } from "../api/resources";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { Button } from "../ui/Button";
import { isTime } from "./fields";
import { FilterTyped } from "./FilterTyped";
import { type Counting, useHits } from "./useHits";
import { Chip } from "./Value";

interface Props {
  field: Field;
  op: string;
  whens: string[];
  counting: Counting;
  onPick: (value: unknown) => void;
}

/** The last column: options, periods and people to choose, everything else to type. */
export function FilterValue({ field, op, whens, counting, onPick }: Props) {
  const t = useT();
  const label = useLabel();
  const { data: caller } = useQuery(whoami);
  const colleagues = useColleagues();
  const several = ["in", "not in", "has any", "has none"].includes(op);
  const [chosen, setChosen] = useState<(string | number)[]>([]);

  const words = field.type === "user" && (op !== "in" || colleagues.length > 0) ? [...(caller?.user ? ["me"] : []), "nobody"] : [];
  const people = field.type === "user" ? colleagues.map((each) => each.userId) : [];
  const periods = field.type === "boolean" ? [true, false] : op === "between" ? [] : whens;
  const offered: unknown[] = field.options.length > 0 ? field.options.map((each) => each.value) : [...words, ...people, ...periods];
  const hits = useHits(counting, offered, several);

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
            <span className="sp el">{each.color ? <Chip color={each.color} text={label(each.label)} active={each.active} /> : label(each.label)}</span>
            <Hits n={hits?.get(each.value)} />
          </button>
        ))}
        {several && <Apply ready={chosen.length > 0} onApply={() => onPick(chosen)} />}
      </>
    );
  }
  const wording = (value: unknown) => {
    if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
    const person = colleagues.find((each) => each.userId === value);
    return person ? person.name : t(`${isTime(field) ? "when" : "value"}.${String(value)}` as Key);
  };
  return (
    <>
      {offered.map((each) => (
        <button key={String(each)} type="button" className="mi" onClick={() => onPick(several ? [each] : each)}>
          <span className="sp el">{wording(each)}</span>
          <Hits n={hits?.get(each)} />
        </button>
      ))}
      {field.type !== "boolean" && people.length === 0 && <FilterTyped field={field} op={op} onPick={onPick} />}
    </>
  );
}

/** It has its place before it comes. */
function Hits({ n }: { n: string | undefined }) {
  return <span className="hits-n sm mut">{n}</span>;
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
