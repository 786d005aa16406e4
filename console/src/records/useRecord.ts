import { useQuery } from "@tanstack/react-query";

import { get, idField, list, type Resource, type Saved } from "../api/resources";
import { useFields } from "./fields";
import { written } from "./filter";
import { recordKey } from "./save";

/** GET of a record has its version, and a list embeds what it refers to: both are requested at once. */
async function readWhole(resource: Resource, id: string, embed: string[]): Promise<Saved> {
  if (embed.length === 0) return get(resource, id);
  const filter = written({ any: false, conditions: [{ field: idField(resource), op: "=", value: id }] });
  const [record, page] = await Promise.all([
    get(resource, id),
    list(resource, { filter, pageSize: 1, embed: embed.join(",") }),
  ]);
  return { row: { ...page.data[0], ...record.row }, etag: record.etag };
}

/** One record with its version, and the titles of what it refers to. */
export function useRecord(resource: Resource, id: string) {
  const { fields, embed } = useFields(resource);
  const record = useQuery({
    queryKey: recordKey(resource, id),
    queryFn: () => readWhole(resource, id, embed),
    enabled: fields.length > 0,
  });
  return { ...record, fields };
}

/** The records that belong to another one, newest first. */
export function useChildren(resource: Resource, parent: Record<string, string>, pageSize = 50) {
  const { embed } = useFields(resource);
  return useQuery({
    queryKey: [resource, "of", parent, pageSize],
    queryFn: ({ signal }) => list(resource, { ...parent, pageSize, embed: embed.join(",") }, signal),
  });
}
