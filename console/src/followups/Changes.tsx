import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Field, get, type Resource } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { titleOf, useFields } from "../records/fields";
import { recordKey } from "../records/save";
import { Value } from "../records/Value";
import { Icon } from "../ui/Icon";
import { Line } from "./Line";
import type { TimelineItem } from "./useTimeline";

interface Change {
  before?: unknown;
  after?: unknown;
}

/** Folded: which members. Unfolded: what each was and has become. */
export function Changes({ item, actor, resource = "customer" }: { item: TimelineItem; actor: string; resource?: Resource }) {
  const t = useT();
  const label = useLabel();
  const names = useNames();
  const { fields } = useFields(resource);
  const [open, setOpen] = useState(false);
  const changes = (item.changes ?? {}) as Record<string, Change>;
  const found = Object.keys(changes).flatMap((name) => fields.filter((each) => each.name === name && each.writable !== "never"));
  const owner = changes["ownerId"];
  if (item.type === "transfer" && owner) {
    const to = owner.after as string | null;
    return <Line at={item.at} who={actor} more={to === null ? t("timeline.freed") : t("timeline.transferred", { name: names(to) })} />;
  }
  if (found.length === 0) return <Line at={item.at} who={actor} more={t("timeline.changedSome")} />;
  const members = found.map((each) => label(each.label)).join(t("list.comma"));
  return (
    <>
      <Line at={item.at} who={actor}>
        <button type="button" className="ink2 unfold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {found.length === 1 ? t("timeline.changed", { names: members }) : t("timeline.changedMany", { n: found.length, names: members })}
          <Icon name={open ? "up" : "down"} size={14} />
        </button>
      </Line>
      {open && (
        <dl className="chg">
          {found.map((field) => (
            <div key={field.name}>
              <dt className="mut">{label(field.label)}</dt>
              <dd className="ink2"><Was field={field} value={changes[field.name]?.before} /></dd>
              <dd aria-hidden="true" className="mut"><Icon name="arr" size={14} /></dd>
              <dd><Was field={field} value={changes[field.name]?.after} /></dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Was({ field, value }: { field: Field; value: unknown }) {
  if (field.type === "reference" && field.reference && typeof value === "string") return <Title resource={field.reference as Resource} id={value} />;
  return <Value field={field} row={{ [field.name]: value }} />;
}

/** The record may be gone by now, or not the reader's to see. */
function Title({ resource, id }: { resource: Resource; id: string }) {
  const { data } = useQuery({ queryKey: recordKey(resource, id), queryFn: () => get(resource, id) });
  return <span>{data ? titleOf(resource, data.row) : "…"}</span>;
}
