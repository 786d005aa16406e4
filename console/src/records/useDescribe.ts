import type { Field } from "../api/resources";
import { shortDay } from "../format/dates";
import { money } from "../format/money";
import { type Key, useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { isMoney, isTime } from "./fields";
import { type Condition, WITHOUT_VALUE } from "./filter";
import { PERIODS } from "./filterText";
import { isRegion, useRegions } from "./regions";

/** Values as text: those of conditions, and those of records. `used`: the members they are of. */
export function useWords(fields: Field[], used: string[]) {
  const t = useT();
  const label = useLabel();
  const { language } = usePreferences();
  const names = useNames();
  const places = fields.filter(isRegion).map((each) => each.name);
  const regions = useRegions(used.some((each) => places.includes(each)));

  const words = (field: Field | undefined, found: unknown, currency = "CNY"): string => {
    if (Array.isArray(found)) return found.map((each) => words(field, each)).join("、");
    if (typeof found === "boolean") return t(found ? "value.yes" : "value.no");
    if (field === undefined) return String(found);
    return known(field, found, currency);
  };
  const when = (found: string): string => {
    const days = /^([+-])(\d+)d$/u.exec(found);
    if (PERIODS.includes(found)) return t(`when.${found}` as Key);
    if (days) return t(days[1] === "-" ? "time.daysAgo" : "time.inDays", { n: Number(days[2]) });
    return /^\d{4}-/u.test(found) ? shortDay(found, language) : found;
  };
  const known = (field: Field, found: unknown, currency: string): string => {
    const option = field.options.find((each) => each.value === found);
    if (option) return label(option.label);
    if (field.type === "user") return found === "me" || found === "nobody" ? t(`value.${found}`) : names(String(found));
    if (isRegion(field)) return regions?.get(String(found).padEnd(6, "0"))?.names.join(" ") ?? String(found);
    if (isMoney(field)) return money(Number(found), currency);
    if (isTime(field) && typeof found === "string") return when(found);
    return String(found);
  };
  return words;
}

/** A condition in words: 最近跟进 · 早于 · 7 天前. */
export function useDescribe(fields: Field[], conditions: Condition[] = []) {
  const t = useT();
  const label = useLabel();
  const words = useWords(fields, conditions.map((each) => each.field));

  const operator = (field: Field | undefined, op: string): string => {
    const timed = field !== undefined && isTime(field) && ["<", "<=", ">", ">="].includes(op);
    return t(`${timed ? "opTime" : "op"}.${op}` as Key);
  };

  const valueOf = (field: Field | undefined, { op, value }: Condition): string => {
    if (WITHOUT_VALUE.has(op)) return "";
    if (op === "between" && Array.isArray(value)) return value.map((each) => words(field, each)).join(" – ");
    return words(field, value);
  };
  return (condition: Condition) => {
    const field = fields.find((each) => each.name === condition.field);
    return {
      field: field ? label(field.label) : condition.field,
      op: operator(field, condition.op),
      value: valueOf(field, condition),
    };
  };
}
