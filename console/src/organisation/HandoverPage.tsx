import { useSearchParams } from "wouter";

import { useT } from "../i18n/translate";
import { Section } from "../settings/Section";
import { Handover } from "./Handover";
import { useIsAdmin } from "./useOrganisation";

/** What becomes of the records of those who leave. */
export default function HandoverPage() {
  const t = useT();
  const admin = useIsAdmin();
  const [params] = useSearchParams();
  const from = params.get("from") ?? "";
  return (
    <Section title={t("org.handover")} hint={t("hand.hint")}>
      <Handover key={from} from={from} admin={admin} />
    </Section>
  );
}
