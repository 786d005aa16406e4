import { useState } from "react";

import type { Field } from "../api/resources";
import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Drop } from "../ui/Drop";
import { Icon } from "../ui/Icon";
import { useKeys } from "../ui/hooks";
import { chosen, type Condition, type Filter, NO_FILTER, sameCondition, toggled } from "./filter";
import { FilterBuilder } from "./FilterBuilder";
import { useDescribe } from "./useDescribe";

export interface Quick {
  label: string;
  condition: Condition;
}

interface Props {
  fields: Field[];
  filter: Filter;
  onChange: (filter: Filter) => void;
  quick: Quick[];
  /** What the field for searching shows needs no chip. */
  searched?: string | null;
  refused: boolean;
  /** A filter that cannot be shown in parts. */
  raw?: string;
}

export function FilterBar({ fields, filter, onChange, quick, searched, refused, raw }: Props) {
  const t = useT();
  const describe = useDescribe(fields, filter.conditions);
  const [adding, setAdding] = useState(false);
  useKeys({ f: () => setAdding(true) });
  const elsewhere = (each: Condition) => (each.field === searched && each.op === "~") || quick.some((one) => sameCondition(one.condition, each));
  const rest = filter.conditions.filter((each) => !elsewhere(each));
  const without = (condition: Condition) => onChange(toggled(filter, condition));
  return (
    <div className="chips sp">
      {raw && (
        <span className={`chip${refused ? " bad" : ""}`}>
          <b className="el" style={{ maxWidth: 320 }}>{raw}</b>
          <button type="button" aria-label={t("list.clear")} onClick={() => onChange(NO_FILTER)}>
            <Icon name="x" size={14} />
          </button>
        </span>
      )}
      {rest.map((condition) => {
        const words = describe(condition);
        return (
          <span key={JSON.stringify(condition)} className={`chip${refused ? " bad" : ""}`}>
            <span>{words.field}</span>
            <span>{words.op}</span>
            {words.value && <b>{words.value}</b>}
            <button type="button" aria-label={t("list.removeFilter", { name: words.field })} onClick={() => without(condition)}>
              <Icon name="x" size={14} />
            </button>
          </span>
        );
      })}
      <Drop
        opened={adding}
        onOpened={setAdding}
        label={t("list.filter")}
        button={({ toggle }) => (
          <Button small look="ghost" icon="plus" onClick={toggle}>
            {t("list.filter")}
          </Button>
        )}
      >
        {(close) => (
          <FilterBuilder
            fields={fields}
            onAdd={(condition) => {
              onChange({ ...filter, conditions: [...filter.conditions, condition] });
              close();
            }}
          />
        )}
      </Drop>
      {filter.conditions.length > 1 && (
        <Button small look="ghost" onClick={() => onChange({ ...filter, any: !filter.any })}>
          {filter.any ? t("list.any") : t("list.all")}
        </Button>
      )}
      <span className="sp" />
      {quick.map((each) => {
        const on = filter.conditions.some((one) => sameCondition(one, each.condition));
        return (
          <button
            key={each.label}
            type="button"
            className={`chip q${on ? " on" : ""}`}
            aria-pressed={on}
            onClick={() => onChange(chosen(filter, each.condition, quick.map((one) => one.condition)))}
          >
            {each.label}
          </button>
        );
      })}
    </div>
  );
}
