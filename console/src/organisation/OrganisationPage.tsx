import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { Segments } from "../ui/Button";
import { Handover } from "./Handover";
import { Teams } from "./Teams";
import { useIsAdmin } from "./useOrganisation";
import { Users } from "./Users";

const TABS = ["users", "teams", "handover"] as const;
type Tab = (typeof TABS)[number];

/** Who works here, who leads whom, and what becomes of the records of those who leave. */
export default function OrganisationPage() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const admin = useIsAdmin();
  const tab = TABS.find((each) => each === params.get("tab")) ?? "users";
  const show = (next: Tab) => setParams({ tab: next });
  return (
    <>
      <header className="top">
        <h1>{t("nav.organisation")}</h1>
      </header>
      <div className="bar">
        <Segments label={t("nav.organisation")} value={tab} options={TABS.map((value) => ({ value, label: t(`org.${value}`) }))} onChange={show} />
      </div>
      <div className="cl">
        <div style={{ maxWidth: 960 }}>
          {tab === "users" && <Users admin={admin} />}
          {tab === "teams" && <Teams admin={admin} />}
          {tab === "handover" && <Handover from={params.get("from") ?? ""} admin={admin} />}
        </div>
      </div>
    </>
  );
}
