import { Fragment, useState } from "react";

import type { Field, Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Drop } from "../ui/Drop";
import { Icon } from "../ui/Icon";
import { useKeys } from "../ui/hooks";
import { added, chosen, type Condition, type Filter, flat, isGroup, NO_FILTER, sameCondition, type Term, toggled, withoutPart } from "./filter";
import { FilterBuilder } from "./FilterBuilder";
import { useDescribe } from "./useDescribe";

export interface Quick {
  label: string;
  condition: Condition;
}

interface Props {
  resource: Resource;
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

export function FilterBar({ resource, fields, filter, onChange, quick, searched, refused, raw }: Props) {
  const t = useT();
  const describe = useDescribe(fields, flat(filter));
  const [adding, setAdding] = useState(false);
  useKeys({ f: () => setAdding(true) });
  const isSearch = (each: Term) => !isGroup(each) && each.field === searched && each.op === "~";
  const isShown = (each: Term) => !isSearch(each) && !quick.some((one) => sameCondition(one.condition, each));
  const rest = filter.conditions.filter(isShown);
  const [outer, inner] = filter.any ? [t("list.or"), t("list.and")] : [t("list.and"), t("list.or")];
  const without = (condition: Term) => onChange(toggled(filter, condition));
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
      {rest.map((term, at) => (
        <Fragment key={JSON.stringify(term)}>
          {filter.any && at > 0 && <span className="sm mut nw">{outer}</span>}
          {isGroup(term) ? (
            <span className="chipg" role="group" aria-label={inner}>
              {term.conditions.map((each, place) => (
                <Fragment key={JSON.stringify(each)}>
                  {place > 0 && <span className="sm mut nw">{inner}</span>}
                  <Chip words={describe(each)} bad={refused} onRemove={() => onChange(withoutPart(filter, term, each))} />
                </Fragment>
              ))}
            </span>
          ) : (
            <Chip words={describe(term)} bad={refused} onRemove={() => without(term)} />
          )}
        </Fragment>
      ))}
      <Drop
        opened={adding}
        onOpened={setAdding}
        escapes
        label={t("list.filter")}
        button={({ toggle }) => (
          <Button small look="ghost" icon="plus" onClick={toggle}>
            {t("list.filter")}
          </Button>
        )}
      >
        {(close) => (
          <FilterBuilder
            resource={resource}
            fields={fields}
            joins={rest.length > 0 ? [outer, inner] : null}
            filterWith={(condition, joined) => added(filter, condition, joined, isShown)}
            onAdd={(next) => {
              onChange(next);
              close();
            }}
            onClose={close}
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

function Chip({ words, bad, onRemove }: { words: { field: string; op: string; value: string }; bad: boolean; onRemove: () => void }) {
  const t = useT();
  return (
    <span className={`chip${bad ? " bad" : ""}`}>
      <span>{words.field}</span>
      <span>{words.op}</span>
      {words.value && <b>{words.value}</b>}
      <button type="button" aria-label={t("list.removeFilter", { name: words.field })} onClick={onRemove}>
        <Icon name="x" size={14} />
      </button>
    </span>
  );
}
