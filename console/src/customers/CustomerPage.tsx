import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

import { ApiError } from "../api/errors";
import { useT } from "../i18n/translate";
import { Composer } from "../followups/Composer";
import { RecordFoot } from "../followups/RecordFoot";
import { Timeline } from "../followups/Timeline";
import { ConflictDialog } from "../records/ConflictDialog";
import { useSave } from "../records/save";
import { useFromList } from "../records/fromList";
import { useDelete } from "../records/useDelete";
import { useRecord } from "../records/useRecord";
import { remember } from "../state/recent";
import { useKeys, usePhone } from "../ui/hooks";
import { Failed, SkeletonLines } from "../ui/States";
import { useSeen } from "../ui/viewport";
import { CustomerFacts } from "./CustomerFacts";
import { CustomerTabs } from "./CustomerTabs";
import { CustomerTop } from "./CustomerTop";
import { MERGED, MergedNote } from "./MergedNote";
import { Related } from "./Related";

export default function CustomerPage({ id }: { id: string }) {
  const t = useT();
  const phone = usePhone();
  const list = useFromList();
  const [, go] = useLocation();
  const { data, error, refetch, fields } = useRecord("customer", id);
  const saving = useSave("customer");
  const erase = useDelete("customer");
  const area = useRef<HTMLTextAreaElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const headSeen = useSeen(head, data !== undefined);
  const name = (data?.row["name"] as string | undefined) ?? "";
  useEffect(() => {
    if (name) remember({ path: `/customers/${id}`, title: name, type: "customer" });
  }, [id, name]);
  const mergedInto = error instanceof ApiError ? error.mergedInto : null;
  useEffect(() => {
    if (mergedInto) go(`/customers/${mergedInto}?${MERGED}`, { replace: true });
  }, [mergedInto, go]);
  useKeys({ l: () => area.current?.focus(), Escape: () => (list === null ? go("/customers") : window.history.back()) });
  const deleted = () => void erase(id, name).then((done) => done && go("/customers"));

  return (
    <>
      <CustomerTop id={id} name={name} named={!headSeen} data={data} list={list} onDelete={deleted} />
      <MergedNote />
      {error && !mergedInto && <Failed error={error} retry={() => void refetch()} />}
      {(!error || mergedInto) && !data && <div className="cl"><SkeletonLines lines={10} /></div>}
      {data && phone && (
        <>
          <CustomerTabs id={id} row={data.row} fields={fields} saving={saving} head={head} />
          <RecordFoot about={{ customerId: id, name }} call={data.row["contactPhone"] != null} />
        </>
      )}
      {data && !phone && (
        <div className="tri">
          <section className="c1" aria-label={t("record.facts")}>
            <CustomerFacts id={id} fields={fields} row={data.row} saving={saving} head />
          </section>
          <section className="c2" aria-label={t("record.activity")}>
            <Composer customerId={id} name={name} area={area} />
            <Timeline customerId={id} filters />
          </section>
          <section className="c3" aria-label={t("record.related")}>
            <Related row={data.row} saving={saving} />
          </section>
        </div>
      )}
      <ConflictDialog saving={saving} fields={fields} />
    </>
  );
}
