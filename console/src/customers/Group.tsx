import { useState } from "react";
import { Link } from "wouter";

import type { Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { written } from "../records/filter";
import { ReferencePicker } from "../records/ReferencePicker";
import type { Saving } from "../records/save";
import { useChildren } from "../records/useRecord";
import { Company } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Field } from "../ui/Field";
import { Failed, SkeletonLines } from "../ui/States";

/** The company that the customer is a subsidiary of, and its own subsidiaries. */
export function Group({ row, saving }: { row: Row; saving: Saving }) {
  const t = useT();
  const id = row["customerId"] as string;
  const filter = written({ any: false, conditions: [{ field: "parentId", op: "=", value: id }] });
  const { data, error, refetch } = useChildren("customer", { filter });
  return (
    <>
      <section aria-label={t("group.parent")}>
        <Parent key={id} row={row} saving={saving} />
      </section>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={1} />}
      {data && data.data.length > 0 && (
        <section aria-label={t("group.subsidiaries")}>
          <h3 className="h">
            {t("group.subsidiaries")} <i>{data.nextCursor ? `${data.data.length}+` : data.data.length}</i>
          </h3>
          <div className="card clip">
            {data.data.map((each) => (
              <Customer key={each["customerId"] as string} id={each["customerId"] as string} name={each["name"] as string} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

function Parent({ row, saving }: { row: Row; saving: Saving }) {
  const t = useT();
  const [choosing, setChoosing] = useState(false);
  const parentId = row["parentId"] as string | null;
  const parent = row["parent"] as Row | null | undefined;
  const save = (next: string | null) => {
    setChoosing(false);
    void saving.save(row, { parentId: next });
  };
  return (
    <>
      <h3 className="h">
        {t("group.parent")}
        <span className="sp" />
        {parentId !== null && <IconButton small icon="x" label={t("group.leave")} onClick={() => save(null)} />}
        <IconButton small icon={parentId === null ? "plus" : "pen"} label={t("group.choose")} onClick={() => setChoosing(!choosing)} />
      </h3>
      {choosing && (
        <div style={{ margin: "0 0 12px" }}>
          <Field label={t("group.choose")}>
            {(control) => <ReferencePicker control={control} to="customer" value={null} onChange={(picked) => picked && save(picked.id)} />}
          </Field>
        </div>
      )}
      {!choosing && parentId !== null && (
        <div className="card clip">
          {parent ? <Customer id={parentId} name={parent["name"] as string} /> : <div className="li mut">{t("group.unseen")}</div>}
        </div>
      )}
    </>
  );
}

function Customer({ id, name }: { id: string; name: string }) {
  return (
    <Link href={`/customers/${id}`} className="li">
      <Company name={name} />
      <span className="sp el">{name}</span>
    </Link>
  );
}
