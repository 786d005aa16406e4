import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { Segments } from "../ui/Button";
import { CheckForm } from "./CheckForm";
import { Pairs } from "./Pairs";
import { Policy } from "./Policy";

const TABS = ["open", "dismissed", "check", "policy"] as const;
type Tab = (typeof TABS)[number];

/** Customers that may be there twice, and what is done about new ones. */
export default function DuplicatesPage() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const tab: Tab = TABS.find((each) => each === params.get("tab")) ?? "open";
  return (
    <>
      <header className="top">
        <h1>{t("nav.duplicates")}</h1>
      </header>
      <div className="bar">
        <Segments label={t("nav.duplicates")} value={tab} options={TABS.map((value) => ({ value, label: t(`duplicates.${value}`) }))} onChange={(next) => setParams({ tab: next })} />
      </div>
      <div className="cl">
        <div style={{ maxWidth: 960 }}>
          {tab === "check" && <CheckForm />}
          {tab === "policy" && <Policy />}
          {(tab === "open" || tab === "dismissed") && <Pairs key={tab} status={tab} />}
        </div>
      </div>
    </>
  );
}
