import { useQuery } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller, type Field, idOf } from "../api/resources";
import { clock, dayOfWeek, isDateOnly } from "../format/dates";
import { useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { isTime } from "./fields";
import type { Conflict } from "./save";
import { useWords } from "./useDescribe";
import { isEmpty } from "./values";

/** Who saved, and when: only the timeline of a customer says so. */
function useWho({ resource, current, fields }: Conflict): { id: string; name: string; at: string } | null {
  const names = useNames();
  const id = idOf(resource, current.row);
  const { data } = useQuery({
    queryKey: ["conflict", id, current.etag],
    queryFn: ({ signal }) => {
      const params = { header: caller(), path: { customer_id: id }, query: { types: "change,transfer", pageSize: 1 } };
      return body(api.GET("/customers/{customer_id}/timeline", { params, signal }));
    },
    enabled: resource === "customer",
  });
  const last = data?.data[0];
  const theirs = last?.actor && fields.some((name) => name in (last.changes ?? {}));
  return theirs ? { id: last.actor as string, name: names(last.actor as string), at: clock(last.at) } : null;
}

/** A conflict in words: who, which fields, and what went together without one. */
export function useConflict(conflict: Conflict, fields: Field[]) {
  const t = useT();
  const label = useLabel();
  const { language } = usePreferences();
  const { seen, current, changes } = conflict;
  const words = useWords(fields, fields.map((each) => each.name));
  const written = fields.filter((each) => each.writable !== "never" && each.type !== "reference");

  const textOf = (field: Field, row: Record<string, unknown>): string => {
    const value = row[field.name];
    if (isEmpty(value)) return t("value.empty");
    if (isTime(field) && typeof value === "string") return `${dayOfWeek(value, language)}${isDateOnly(value) ? "" : ` ${clock(value)}`}`;
    return words(field, value, (row["currency"] as string | undefined) ?? "CNY");
  };
  const mine = { ...current.row, ...changes };
  const quoted = (names: Field[], row: Record<string, unknown>) =>
    names.map((each) => t("conflict.quoted", { name: label(each.label), value: textOf(each, row) })).join("");
  const inConflict = written.filter((each) => conflict.fields.includes(each.name));
  const onlyMine = written.filter((each) => each.name in changes && !conflict.fields.includes(each.name));
  const onlyTheirs = written.filter((each) => !(each.name in changes) && each.name in seen && textOf(each, seen) !== textOf(each, current.row));
  return {
    who: useWho(conflict),
    inConflict,
    others: written.filter((each) => !inConflict.includes(each) && !(isEmpty(mine[each.name]) && isEmpty(current.row[each.name]))),
    merged: onlyMine.length + onlyTheirs.length,
    mineWords: quoted(onlyMine, mine),
    theirWords: quoted(onlyTheirs, current.row),
    textOf,
    mine,
  };
}
