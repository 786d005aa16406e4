import { type KeyboardEvent, useRef, useState } from "react";

import type { Field, Resource } from "../api/resources";
import { type Key, useLabel, useT } from "../i18n/translate";
import { Segments } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";
import { iconOf } from "./Fact";
import { isTime } from "./fields";
import { type Condition, type Filter, operatorsOf, whensFor, WITHOUT_VALUE, written } from "./filter";
import { FilterValue } from "./FilterValue";
import { pressed, walk } from "./filterKeys";
import { hitIn } from "./initials";

interface Props {
  resource: Resource;
  fields: Field[];
  /** The word that joins conditions, and the one in brackets; null for the first condition. */
  joins: [string, string] | null;
  filterWith: (condition: Condition, joined: boolean) => Filter;
  onAdd: (filter: Filter) => void;
  onClose: () => void;
}

/** Field, operator, value: three columns. With Alt, a condition joins the one before by the other word. */
export function FilterBuilder({ resource, fields, joins, filterWith, onAdd, onClose }: Props) {
  const t = useT();
  const label = useLabel();
  const [text, setText] = useState("");
  const usable = fields.filter((each) => each.operators.length > 0 && each.type !== "reference");
  const found = usable.filter((each) => [each.label.zh, each.label.en, each.name].some((one) => hitIn(one, text)));
  const [name, setName] = useState<string | null>(null);
  const [op, setOp] = useState<string | null>(null);
  const field = usable.find((each) => each.name === name);
  const [joined, join] = useState(false);
  const alt = useRef(false);
  const add = (condition: Condition) => onAdd(filterWith(condition, joined || alt.current));
  const keys = { onKeyDown: (event: KeyboardEvent<HTMLElement>) => walk(event, onClose) };

  const chooseField = (next: Field) => {
    setName(next.name);
    setOp(operatorsOf(next)[0] ?? null);
  };
  const chooseOp = (of: Field, next: string) => {
    if (WITHOUT_VALUE.has(next)) add({ field: of.name, op: next });
    else setOp(next);
  };
  const wording = (of: Field, each: string) =>
    t(`${isTime(of) && ["<", "<=", ">", ">="].includes(each) ? "opTime" : "op"}.${each}` as Key);

  return (
    <div
      className="fpop"
      onClickCapture={(event) => {
        // A press of Enter has its own answer below.
        if (event.detail > 0) alt.current = event.altKey;
      }}
      onKeyDownCapture={(event) => {
        if (event.key !== "Enter") return;
        alt.current = event.altKey;
        if (event.altKey) pressed(event);
      }}
    >
      <div className="ff" {...keys} role="group" aria-label={t("list.fieldFind")}>
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
        {joins && <Joining words={joins} joined={joined} onJoin={join} />}
      </div>
      {field && (
        <div className="fo" {...keys} role="group" aria-label={label(field.label)}>
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
        <div className="fv" {...keys} role="group" aria-label={wording(field, op)}>
          <div className="ml">{wording(field, op)}</div>
          <FilterValue
            key={`${field.name} ${op}`}
            field={field}
            op={op}
            whens={isTime(field) ? whensFor(op) : []}
            counting={{ resource, filterOf: (value) => written(filterWith({ field: field.name, op, value }, joined)) }}
            onPick={(value) => add({ field: field.name, op, value })}
          />
        </div>
      )}
    </div>
  );
}

function Joining({ words, joined, onJoin }: { words: [string, string]; joined: boolean; onJoin: (joined: boolean) => void }) {
  const t = useT();
  const [outer, inner] = words;
  return (
    <div className="fjoin">
      <Segments
        label={t("list.join")}
        value={joined ? "inner" : "outer"}
        options={[{ value: "outer", label: outer }, { value: "inner", label: inner }]}
        onChange={(value) => onJoin(value === "inner")}
      />
      <span className="sm mut hide-phone">{t("list.joinHint", { word: inner })}</span>
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
