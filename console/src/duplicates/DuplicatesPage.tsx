import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { Section } from "../settings/Section";
import { Segments } from "../ui/Button";
import { CheckForm } from "./CheckForm";
import { Pairs } from "./Pairs";

const TABS = ["open", "dismissed", "check"] as const;
type Tab = (typeof TABS)[number];

/** Customers that may be there twice, and what has been said of them. */
export default function DuplicatesPage() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const tab: Tab = TABS.find((each) => each === params.get("tab")) ?? "open";
  const tabs = <Segments label={t("nav.duplicates")} value={tab} options={TABS.map((value) => ({ value, label: t(`duplicates.${value}`) }))} onChange={(next) => setParams({ tab: next })} />;
  return (
    <Section title={t("nav.duplicates")} bar={tabs} hint={t(`duplicates.${tab}Hint`)}>
      {tab === "check" ? <CheckForm /> : <Pairs key={tab} status={tab} />}
    </Section>
  );
}
