import type { RefObject } from "react";

import type { Field, Row } from "../api/resources";
import { Timeline } from "../followups/Timeline";
import { useT } from "../i18n/translate";
import { RecordTabs, useTabs } from "../records/RecordTabs";
import type { Saving } from "../records/save";
import { useChildren } from "../records/useRecord";
import { Tasks } from "../tasks/Tasks";
import { CustomerFacts } from "./CustomerFacts";
import { CustomerFigures } from "./CustomerFigures";
import { CustomerHead } from "./CustomerHead";
import { Related } from "./Related";

const TABS = ["activity", "facts", "deals", "contracts", "contacts"] as const;

interface Props {
  id: string;
  row: Row;
  fields: Field[];
  saving: Saving;
  /** The head of the page takes over the name when this one is out of sight. */
  head: RefObject<HTMLDivElement | null>;
}

/** The page on the phone: who it is, and one part at a time. */
export function CustomerTabs({ id, row, fields, saving, head }: Props) {
  const t = useT();
  const { tab, setTab } = useTabs(TABS, "activity");
  const of = { customerId: id };
  const counts = {
    deals: useChildren("opportunity", of).data?.total,
    contracts: useChildren("contract", of).data?.total,
    contacts: useChildren("contact", of).data?.total,
  };
  const name = row["name"] as string;
  const tabs = [
    { name: TABS[0], label: t("record.activity") },
    { name: TABS[1], label: t("record.facts") },
    { name: TABS[2], label: t("nav.deals"), count: counts.deals },
    { name: TABS[3], label: t("record.contracts"), count: counts.contracts },
    { name: TABS[4], label: t("nav.contacts"), count: counts.contacts },
  ];
  return (
    <div className="tri">
      <div className="c1 who" ref={head}>
        <CustomerHead fields={fields} row={row} saving={saving} page />
      </div>
      <RecordTabs name={name} tabs={tabs} tab={tab} onChange={setTab} />
      {tab === "activity" && (
        <section className="c2" aria-label={t("record.activity")}>
          <Tasks customerId={id} name={name} ownerId={row["ownerId"] as string | null} most={1} />
          <CustomerFigures id={id} />
          <Timeline customerId={id} filters />
        </section>
      )}
      {tab === "facts" && (
        <>
          <section className="c1" aria-label={t("record.facts")}>
            <CustomerFacts id={id} fields={fields} row={row} saving={saving} head={false} />
          </section>
          <section className="c3" aria-label={t("record.related")}>
            <Related row={row} saving={saving} only="others" />
          </section>
        </>
      )}
      {(tab === "deals" || tab === "contracts" || tab === "contacts") && (
        <div className="c3">
          <Related row={row} saving={saving} only={tab} />
        </div>
      )}
    </div>
  );
}
