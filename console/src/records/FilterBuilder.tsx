import { type KeyboardEvent, useState } from "react";

import type { Field } from "../api/resources";
import { type Key, useLabel, useT } from "../i18n/translate";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";
import { iconOf } from "./Fact";
import { isTime } from "./fields";
import { type Condition, operatorsOf, whensFor, WITHOUT_VALUE } from "./filter";
import { FilterValue } from "./FilterValue";
import { hitIn } from "./initials";

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
  const found = usable.filter((each) => [each.label.zh, each.label.en, each.name].some((one) => hitIn(one, text)));
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
      <div className="ff" onKeyDown={walk} role="group" aria-label={t("list.fieldFind")}>
        <div className="in" style={{ border: 0, boxShadow: "none" }}>
          <Icon name="search" />
          <SearchInput aria-label={t("list.fieldFind")} placeholder={t("list.fieldFind")} delay={0} onSearch={setText} />
          <span className="sm mut nw">{t("list.fieldCount", { n: found.length })}</span>
        </div>
        {found.map((each) => (
          <button key={each.name} type="button" className={`mi${each.name === name ? " on" : ""}`} onClick={() => chooseField(each)}>
            <Icon name={iconOf(each)} />
            <span className="sp el">
              <Hit text={label(each.label)} typed={text} />
            </span>
          </button>
        ))}
      </div>
      {field && (
        <div className="fo" onKeyDown={walk} role="group" aria-label={label(field.label)}>
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
        <div className="fv" onKeyDown={walk} role="group" aria-label={wording(field, op)}>
          <div className="ml">{wording(field, op)}</div>
          <FilterValue key={`${field.name} ${op}`} field={field} op={op} whens={isTime(field) ? whensFor(op) : []} onPick={(value) => onAdd({ field: field.name, op, value })} />
        </div>
      )}
    </div>
  );
}

/** The characters that were found, also by their initials. */
function Hit({ text, typed }: { text: string; typed: string }) {
  const [from, to] = hitIn(text, typed) ?? [0, 0];
  if (from === to) return text;
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}
