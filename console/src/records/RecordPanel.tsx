import { type ReactNode, useEffect, useState } from "react";

import { ApiError } from "../api/errors";
import type { Field, Resource, Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { Failed, SkeletonLines } from "../ui/States";
import { ConflictDialog } from "./ConflictDialog";
import { Fact } from "./Fact";
import { isInline, titleField, titleOf } from "./fields";
import type { PanelPlace } from "./ListScreen";
import { type Saving, useSave } from "./save";
import { useDelete } from "./useDelete";
import { useRecord } from "./useRecord";
import { isEmpty } from "./values";

interface Props {
  resource: Resource;
  place: PanelPlace;
  hasPage: boolean;
  deletable?: boolean;
  /** The facts to begin with; without it, all of them. */
  few?: string[];
  head?: (row: Row, fields: Field[], etag: string | null) => ReactNode;
  children?: (row: Row) => ReactNode;
}

/** A record beside its list, which stays where it is. */
export function RecordPanel({ resource, place, hasPage, deletable = true, few, head, children }: Props) {
  const t = useT();
  const { data, error, refetch, fields } = useRecord(resource, place.id);
  const saving = useSave(resource);
  const erase = useDelete(resource);
  const title = data ? titleOf(resource, data.row) : "";
  const deleted = () => void erase(place.id, title).then((done) => done && place.onClose());
  const mergedInto = error instanceof ApiError ? error.mergedInto : null;
  const { onMerged } = place;
  useEffect(() => {
    if (mergedInto) onMerged(mergedInto);
  }, [mergedInto, onMerged]);
  return (
    <>
      <div className="ph">
        <IconButton icon="up" label={t("action.previous")} disabled={place.place <= 1} onClick={() => place.onStep(-1)} />
        <IconButton icon="down" label={t("action.next")} disabled={place.place >= place.total} onClick={() => place.onStep(1)} />
        {place.place > 0 && (
          <span className="sm mut" style={{ marginLeft: 8 }}>
            {t("record.place", { n: place.place, total: place.total.toLocaleString("en-US") })}
          </span>
        )}
        <span className="sp" />
        {hasPage && <IconButton icon="expand" label={t("action.openPage")} onClick={place.onPage} />}
        {deletable && (
          <Drop right label={t("action.more")} button={({ toggle }) => <IconButton icon="more" label={t("action.more")} onClick={toggle} />}>
            {(close) => <MenuList close={close} items={[{ icon: "trash", danger: true, label: t("action.delete"), act: deleted }]} />}
          </Drop>
        )}
        <IconButton icon="x" label={t("action.close")} onClick={place.onClose} />
      </div>
      <div className="pb">
        {error && !mergedInto && <Failed error={error} retry={() => void refetch()} />}
        {(!error || mergedInto) && !data && <SkeletonLines lines={8} />}
        {data && (
          <>
            {head?.(data.row, fields, data.etag) ?? <h2 className="name">{title}</h2>}
            <PanelFacts {...{ resource, fields, saving }} row={data.row} {...(few && { few })} />
            {children?.(data.row)}
            <ConflictDialog saving={saving} fields={fields} />
          </>
        )}
      </div>
    </>
  );
}

interface FactsProps {
  resource: Resource;
  fields: Field[];
  row: Row;
  saving: Saving;
  few?: string[];
}

function PanelFacts({ resource, fields, row, saving, few }: FactsProps) {
  const t = useT();
  const [all, setAll] = useState(false);
  const known = fields.filter((each) => each.name !== titleField(resource) && (isInline(each) || !isEmpty(row[each.name])));
  const first = few?.flatMap((name) => known.filter((each) => each.name === name)) ?? known;
  const shown = all ? known : first;
  return (
    <section aria-label={t("record.facts")}>
      <h3 className="h" style={{ marginTop: 12 }}>
        <span className="sp">{t("record.facts")}</span>
        {first.length < known.length && (
          <button type="button" className="link md" style={{ fontWeight: 400 }} aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t("record.fewFacts") : t("record.allFacts", { n: known.length })}
          </button>
        )}
      </h3>
      <dl>
        {shown.map((field) => (
          <Fact key={field.name} resource={resource} field={field} row={row} saving={saving} />
        ))}
      </dl>
    </section>
  );
}
