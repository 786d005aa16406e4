import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

import { ApiError } from "../api/errors";
import { useT } from "../i18n/translate";
import { Composer } from "../followups/Composer";
import { Timeline } from "../followups/Timeline";
import { ConflictDialog } from "../records/ConflictDialog";
import { useSave } from "../records/save";
import { useFromList } from "../records/fromList";
import { RecordTabs, useTabs } from "../records/RecordTabs";
import { useDelete } from "../records/useDelete";
import { useRecord } from "../records/useRecord";
import { remember } from "../state/recent";
import { Tasks } from "../tasks/Tasks";
import { useKeys, usePhone } from "../ui/hooks";
import { Failed, SkeletonLines } from "../ui/States";
import { CustomerFacts } from "./CustomerFacts";
import { CustomerFigures } from "./CustomerFigures";
import { CustomerHead } from "./CustomerHead";
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
  const { tab, setTab, shows } = useTabs();
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
      <CustomerTop id={id} name={name} data={data} list={list} onDelete={deleted} />
      <MergedNote />
      {error && !mergedInto && <Failed error={error} retry={() => void refetch()} />}
      {(!error || mergedInto) && !data && <div className="cl"><SkeletonLines lines={10} /></div>}
      {data && (
        <div className="tri">
          {phone && (
            <div className="c1 only-phone">
              <CustomerHead fields={fields} row={data.row} saving={saving} page />
            </div>
          )}
          <RecordTabs name={name} tab={tab} onChange={setTab} />
          {shows("facts") && (
            <section className="c1" aria-label={t("record.facts")}>
              <CustomerFacts id={id} fields={fields} row={data.row} saving={saving} head={!phone} />
            </section>
          )}
          {shows("activity") && (
            <section className="c2" aria-label={t("record.activity")}>
              {phone && (
                <div className="phone-next">
                  <Tasks customerId={id} name={name} ownerId={data.row["ownerId"] as string | null} most={1} />
                  <CustomerFigures id={id} />
                </div>
              )}
              <Composer customerId={id} name={name} area={area} />
              <Timeline customerId={id} filters />
            </section>
          )}
          {shows("related") && (
            <section className="c3" aria-label={t("record.related")}>
              <Related row={data.row} saving={saving} />
            </section>
          )}
        </div>
      )}
      <ConflictDialog saving={saving} fields={fields} />
    </>
  );
}
