import type { Field, Row } from "../api/resources";
import { isGraded } from "./fields";
import { fitsChips } from "./OptionChips";
import { type Draft, valueOf, WRONG } from "./values";

export function contentOf(fields: Field[], values: Draft): { content: Row; wrong: string[] } {
  const content: Row = {};
  const wrong: string[] = [];
  for (const field of fields) {
    const value = valueOf(field, values[field.name]);
    if (value === WRONG) wrong.push(field.name);
    else if (value !== null) content[field.name] = value;
  }
  return { content, wrong };
}

const WIDE = new Set(["reference", "multilineText"]);
const FEW_CHIPS = 4;

export const isWide = (field: Field): boolean => WIDE.has(field.type) || (fitsChips(field) && !isGraded(field) && field.options.length > FEW_CHIPS);

/** Whether there is anything to keep. */
export const isDirty = (values: Draft, initial: Draft): boolean => Object.entries(values).some(([name, value]) => (value || "") !== (initial[name] || ""));
