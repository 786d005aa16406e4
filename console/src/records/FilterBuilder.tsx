import { type KeyboardEvent, useState } from "react";

import type { Field } from "../api/resources";
import { type Key, useLabel, useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";
import { isTime } from "./fields";
import { type Condition, operatorsOf, whensFor, WITHOUT_VALUE } from "./filter";
import { FilterValue } from "./FilterValue";

interface Props {
  fields: Field[];
  onAdd: (condition: Condition) => void;
}

/** Arrows move in a column, right and left between them. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const column = event.currentTarget;
  const all = [...column.querySelectorAll<HTMLElement>(".mi, input, select")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (by !== 0) all[at + by]?.focus();
  const beside = event.key === "ArrowRight" ? column.nextElementSibling : event.key === "ArrowLeft" ? column.previousElementSibling : null;
  if (beside && (event.target as HTMLElement).tagName !== "INPUT") beside.querySelector<HTMLElement>(".mi, input, select")?.focus();
  if (by !== 0 || beside) event.preventDefault();
}

/** Field, operator, value: three columns. */
export function FilterBuilder({ fields, onAdd }: Props) {
  const t = useT();
  const label = useLabel();
  const [text, setText] = useState("");
  const usable = fields.filter((each) => each.operators.length > 0 && each.type !== "reference");
  const found = usable.filter((each) => `${each.label.zh} ${each.label.en} ${each.name}`.toLowerCase().includes(text.toLowerCase()));
  const [name, setName] = useState<string | null>(null);
  const [op, setOp] = useState<string | null>(null);
  const field = usable.find((each) => each.name === name);

  const chooseField = (next: Field) => {
    setName(next.name);
    setOp(operatorsOf(next)[0] ?? null);
  };
  const chooseOp = (of: Field, next: string) => {
    if (WITHOUT_VALUE.has(next)) onAdd({ field: of.name, op: next });
    else setOp(next);
  };
  const wording = (of: Field, each: string) =>
    t(`${isTime(of) && ["<", "<=", ">", ">="].includes(each) ? "opTime" : "op"}.${each}` as Key);

  return (
    <div className="fpop">
      <div style={{ minWidth: 220 }} onKeyDown={walk} role="group" aria-label={t("list.fieldFind")}>
        <div className="in" style={{ border: 0, boxShadow: "none" }}>
          <Icon name="search" />
          <SearchInput aria-label={t("list.fieldFind")} placeholder={t("list.fieldFind")} delay={0} onSearch={setText} />
        </div>
        {found.map((each) => (
          <button key={each.name} type="button" className={`mi${each.name === name ? " on" : ""}`} onClick={() => chooseField(each)}>
            <span className="sp el">{label(each.label)}</span>
          </button>
        ))}
      </div>
      {field && (
        <div style={{ minWidth: 132 }} onKeyDown={walk} role="group" aria-label={label(field.label)}>
          <div className="ml">{label(field.label)}</div>
          {operatorsOf(field).map((each) => (
            <button key={each} type="button" className={`mi${each === op ? " on" : ""}`} onClick={() => chooseOp(field, each)}>
              <span className="sp">{wording(field, each)}</span>
              {each === op && <Icon name="check" />}
            </button>
          ))}
        </div>
      )}
      {field && op && (
        <div style={{ minWidth: 184 }} onKeyDown={walk} role="group" aria-label={wording(field, op)}>
          <div className="ml">{wording(field, op)}</div>
          <FilterValue key={`${field.name} ${op}`} field={field} op={op} whens={isTime(field) ? whensFor(op) : []} onPick={(value) => onAdd({ field: field.name, op, value })} />
        </div>
      )}
      {!field && (
        <div className="hide-phone mut md" style={{ width: 140, padding: 12 }}>
          <Button small look="ghost" disabled>{t("list.filter")}</Button>
        </div>
      )}
    </div>
  );
}
