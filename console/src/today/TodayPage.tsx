import type { ReactNode } from "react";

import { RecordForm } from "../records/RecordForm";
import { useKeys, usePhone } from "../ui/hooks";
import { Failed, SkeletonLines } from "../ui/States";
import { Card } from "./Cards";
import { DayDialog } from "./DayDialog";
import { useDone } from "./done";
import { Heading } from "./Heading";
import { NothingPlanned } from "./NothingPlanned";
import { Parts } from "./Parts";
import { TaskSection } from "./TaskSection";
import { PhoneHead, TodayHead } from "./TodayHead";
import { TwoWeeks } from "./TwoWeeks";
import { type Ticking, useTick } from "./useTick";
import { type TodayAnswer, useToday } from "./useToday";
import { useWalk } from "./useWalk";
import { isOfMany, useWhose } from "./useWhose";

const TASKS = ["overdue", "today", "week"];
const CARDS = ["newlyAssigned", "closing", "stuck", "quiet"];

export default function TodayPage() {
  const phone = usePhone();
  const whose = useWhose();
  const { data, error, refetch, dataUpdatedAt } = useToday(whose.scope);
  const ticking = useTick();
  const { adding, setAdding } = whose;
  useKeys({ n: () => setAdding(true), ...(adding ? { Escape: () => setAdding(false) } : {}) });
  useWalk();
  const count = (name: string) => data?.sections.find((each) => each.section === name)?.count ?? 0;
  const counts = { known: data !== undefined, date: data?.date, late: count("overdue"), due: count("today"), stuck: count("stuck") };
  return (
    <>
      {phone ? <PhoneHead whose={whose} {...counts} /> : <TodayHead whose={whose} updatedAt={dataUpdatedAt} />}
      {phone && data && <Parts sections={data.sections} part={whose.part} onPart={whose.setPart} />}
      <div className="split">
        {error && !data ? (
          <Failed error={error} retry={() => void refetch()} />
        ) : (
          <Day day={data} part={phone ? whose.part : null} ticking={ticking} narrow={adding}>
            {!phone && <Heading scope={data?.scope} {...counts} />}
            {!phone && data && <TwoWeeks scope={data.scope} today={data.date} />}
          </Day>
        )}
        {adding && (
          <div className="panel">
            <RecordForm resource="task" first={["title", "dueOn", "customerId", "assigneeId"]} onCreated={() => setAdding(false)} onClose={() => setAdding(false)} />
          </div>
        )}
      </div>
      {ticking.asked && <DayDialog asked={ticking.asked} onClose={() => ticking.ask(null)} />}
    </>
  );
}

interface DayProps {
  day: TodayAnswer | undefined;
  /** The only section that is shown, if there is one. */
  part: string | null;
  ticking: Ticking;
  narrow: boolean;
  children: ReactNode;
}

function Day({ day, part, ticking, narrow, children }: DayProps) {
  const ticked = useDone();
  const ofMany = isOfMany(day?.scope);
  const shown = (names: string[]) => (day?.sections ?? []).filter((each) => names.includes(each.section) && (part === null || part === each.section));
  const tasks = shown(TASKS);
  const free = day !== undefined && part === null && ticked.length === 0 && tasks.every((each) => each.count === 0);
  const cards = shown(CARDS).filter((each) => !free || each.section !== "quiet");
  return (
    <div className={`td2${narrow || (day && cards.every((each) => each.count === 0)) ? " narrow" : ""}`}>
      <div className="tl2">
        {children}
        {!day && <SkeletonLines lines={8} />}
        {free && <NothingPlanned sections={day.sections} ofMany={ofMany} />}
        {tasks.map((each) => (
          <TaskSection key={each.section} section={each} ofMany={ofMany} ticking={ticking} />
        ))}
      </div>
      <aside className="tr2">
        {CARDS.flatMap((name) => cards.filter((each) => each.section === name)).map((each) => (
          <Card key={each.section} section={each} ofMany={ofMany} />
        ))}
      </aside>
    </div>
  );
}
