import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/Users";
import { useIsAdmin } from "../organisation/useOrganisation";
import { Segments } from "../ui/Button";
import { Options } from "./Options";
import { TagList } from "./TagList";

const TABS = ["options", "tags"] as const;
type Tab = (typeof TABS)[number];

/** The values that fields can have, and the tags: what a tenant calls them, and in which colours. */
export default function ChoicesPage() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const admin = useIsAdmin();
  const tab: Tab = TABS.find((each) => each === params.get("tab")) ?? "options";
  return (
    <>
      <header className="top">
        <h1>{t("nav.choices")}</h1>
      </header>
      <div className="bar">
        <Segments label={t("nav.choices")} value={tab} options={TABS.map((value) => ({ value, label: t(`choices.${value}`) }))} onChange={(next) => setParams({ tab: next })} />
      </div>
      <div className="cl">
        <div style={{ maxWidth: 960 }}>
          {!admin && <AskAdmin />}
          {tab === "options" ? <Options admin={admin} /> : <TagList admin={admin} />}
        </div>
      </div>
    </>
  );
}
