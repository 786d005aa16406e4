import type { Field, Resource } from "../api/resources";
import { isInline, titleField } from "./fields";
import { type Draft, valueOf } from "./values";

export const ADD_TAGS = "tags.add";

const TAG_PARTS = {
  add: { zh: "添加标签", en: "Add tags" },
  remove: { zh: "移除标签", en: "Remove tags" },
};

/** What can be changed for many at once. Each record has tags of its own: some are added or removed. */
export function bulkFields(resource: Resource, fields: Field[]): Field[] {
  const usable = fields.filter((each) => isInline(each) && !each.masked && each.name !== titleField(resource));
  return usable.flatMap((each) =>
    each.type === "tags" ? Object.entries(TAG_PARTS).map(([part, label]) => ({ ...each, name: `${each.name}.${part}`, label })) : [each],
  );
}

export function bulkSet(field: Field, value: Draft[string]): Record<string, unknown> {
  const [name = "", part] = field.name.split(".");
  const written = valueOf(field, value);
  return { [name]: part ? { [part]: written } : written };
}
