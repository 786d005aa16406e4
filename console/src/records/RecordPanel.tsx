import type { ReactNode } from "react";

import type { Resource, Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { Failed, SkeletonLines } from "../ui/States";
import { ConflictDialog } from "./ConflictDialog";
import { Facts } from "./Facts";
import { titleField, titleOf } from "./fields";
import type { PanelPlace } from "./ListScreen";
import { useSave } from "./save";
import { useDelete } from "./useDelete";
import { useRecord } from "./useRecord";

interface Props {
  resource: Resource;
  place: PanelPlace;
  hasPage: boolean;
  deletable?: boolean;
  head?: (row: Row) => ReactNode;
  children?: (row: Row) => ReactNode;
}

/** A record beside its list, which stays where it is. */
export function RecordPanel({ resource, place, hasPage, deletable = true, head, children }: Props) {
  const t = useT();
  const { data, error, refetch, fields } = useRecord(resource, place.id);
  const saving = useSave(resource);
  const erase = useDelete(resource);
  const title = data ? titleOf(resource, data.row) : "";
  const deleted = () => void erase(place.id, title).then((done) => done && place.onClose());
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
        {error && <Failed error={error} retry={() => void refetch()} />}
        {!error && !data && <SkeletonLines lines={8} />}
        {data && (
          <>
            {head?.(data.row) ?? <h2 className="name">{title}</h2>}
            <h3 className="h" style={{ marginTop: 12 }}>
              {t("record.facts")}
            </h3>
            <Facts resource={resource} fields={fields} row={data.row} saving={saving} except={[titleField(resource)]} />
            {children?.(data.row)}
            <ConflictDialog saving={saving} fields={fields} />
          </>
        )}
      </div>
    </>
  );
}
