import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";

import { list } from "../api/resources";
import { useT } from "../i18n/translate";
import { customersOf } from "../reports/links";
import { Empty } from "../ui/States";
import { CardRows } from "./Cards";
import { FirstSteps } from "./FirstSteps";
import type { Section } from "./useToday";

interface Props {
  sections: Section[];
  ofMany: boolean;
}

/** Whom to call instead; in a new tenant, how to begin. */
export function NothingPlanned({ sections, ofMany }: Props) {
  const t = useT();
  const quiet = sections.find((each) => each.section === "quiet");
  // Nothing anywhere on the page: there may be no customers yet.
  const empty = sections.every((each) => each.count === 0);
  const { data } = useQuery({ queryKey: ["customer", "count"], queryFn: ({ signal }) => list("customer", { pageSize: 1 }, signal), enabled: empty });
  if (data?.total === 0) return <FirstSteps />;
  if (!quiet || quiet.count === 0) return <Empty icon="today" title={t("today.empty")} hint={t("today.emptyHint")} />;
  return (
    <section aria-label={t("today.empty")} style={{ marginTop: 20 }}>
      <p style={{ padding: "8px 0" }}>
        {t("today.empty")}
        {t("today.stop")}
        <Link href={customersOf(quiet.filter)} className="link">
          {t("today.lookQuiet", { n: quiet.count })} →
        </Link>
      </p>
      <CardRows section={quiet} ofMany={ofMany} />
    </section>
  );
}
