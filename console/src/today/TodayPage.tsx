import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { PhoneBell } from "../notifications/Bell";
import { open } from "../state/layers";
import { IconButton, Segments } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { DealSection, NewSection, QuietSection } from "./DealSection";
import { TaskSection } from "./TaskSection";
import { useTick } from "./useTick";
import { type Scope, type Section, useToday } from "./useToday";

const TASKS = ["overdue", "today", "week"] as const;
const DEALS = ["closing", "stuck"] as const;

export default function TodayPage() {
  const t = useT();
  const { data: caller } = useQuery(whoami);
  const [scope, setScope] = useState<Scope | null>(null);
  const { data, error, refetch } = useToday(scope);
  const ticking = useTick();
  const find = (name: string): Section | undefined => data?.sections.find((each) => each.section === name);
  const quiet = find("quiet");
  const fresh = find("newlyAssigned");
  const tasks = TASKS.map(find);
  const nothing = data !== undefined && tasks.every((each) => !each || each.count === 0) && ticking.done.length === 0;
  return (
    <>
      <header className="top">
        <h1>{t("nav.today")}</h1>
        {caller?.user && caller.sees === "all" && (
          <Segments
            label={t("nav.today")}
            value={scope ?? "own"}
            options={[
              { value: "own", label: t("today.own") },
              { value: "team", label: t("today.team") },
              { value: "all", label: t("today.all") },
            ]}
            onChange={setScope}
          />
        )}
        <span className="sp only-phone" />
        <IconButton className="only-phone" icon="search" label={t("nav.search")} onClick={() => open({ palette: true })} />
        <PhoneBell />
      </header>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!error && (
        <div className="td2">
          <div className="tl2">
            <Heading date={data?.date} late={find("overdue")?.count ?? 0} due={find("today")?.count ?? 0} />
            {!data && <SkeletonLines lines={8} />}
            {nothing && <Empty icon="today" title={t("today.empty")} hint={t("today.emptyHint")} />}
            {tasks.map((each) => each && <TaskSection key={each.section} section={each} ticking={ticking} />)}
          </div>
          <aside className="tr2" aria-label={t("nav.deals")}>
            {fresh && <NewSection section={fresh} />}
            {DEALS.map((name) => {
              const found = find(name);
              return found && <DealSection key={name} section={found} />;
            })}
            {quiet && <QuietSection section={quiet} />}
          </aside>
        </div>
      )}
    </>
  );
}

function Heading({ date, late, due }: { date: string | undefined; late: number; due: number }) {
  const t = useT();
  const { language } = usePreferences();
  // The day of the service, in the zone of the reader.
  const day = date ? new Date(`${date}T12:00:00`) : new Date();
  const text = day.toLocaleDateString(language === "zh" ? "zh-CN" : "en-GB", { month: "long", day: "numeric", weekday: "long" });
  return (
    <div style={{ paddingBottom: 12 }}>
      <h2 className="name">{text}</h2>
      <p className="ink2">
        {late > 0 && <span className="red">{t("today.late", { n: late })}</span>}
        {late > 0 && t("today.comma")}
        {t("today.due", { n: due })}
      </p>
    </div>
  );
}
