import { Link } from "wouter";

import { useT } from "../i18n/translate";
import { tasksOf } from "../reports/links";
import { useDone, withDone } from "./done";
import { type Name, TaskRow } from "./TaskRow";
import type { Ticking } from "./useTick";
import type { Section } from "./useToday";

export function TaskSection({ section, ofMany, ticking }: { section: Section; ofMany: boolean; ticking: Ticking }) {
  const t = useT();
  const name = section.section as Name;
  const ticked = useDone().filter((each) => each.section === name);
  const rows = withDone(section.items, ticked);
  if (rows.length === 0) return null;
  const rest = section.count - section.items.length;
  const timed = name === "today" && rows.some(({ row }) => row["dueAt"] !== null);
  return (
    <section aria-label={t(`today.${name}`)}>
      <h3 className="sh">
        <span className={name === "overdue" ? "red" : ""}>{t(`today.${name}`)}</span> <i>{section.count}</i>
      </h3>
      <ul className={`tks ${name}`}>
        {rows.map(({ row, done }, place) => (
          <TaskRow key={row["taskId"] as string} {...{ row, name, place, done, timed, ofMany, ticking }} />
        ))}
      </ul>
      {rest > 0 && (
        <Link href={tasksOf(section.filter)} className="md mut rest">
          {t("today.more", { n: rest })}
        </Link>
      )}
    </section>
  );
}
