import { Link } from "wouter";

import { fullDay, toDate, weekday } from "../format/dates";
import { useT } from "../i18n/translate";
import { written } from "../records/filter";
import { tasksOf } from "../reports/links";
import { usePreferences } from "../state/preferences";
import { daysAround, type Dots, useDots } from "./useToday";
import { assigned } from "./useWhose";

const MOST = 3;

/** This week and the next: a dot for each task, up to three; a day leads to its list. */
export function TwoWeeks({ scope, today }: { scope: string; today: string }) {
  const t = useT();
  const days = daysAround(today);
  const dots = useDots(scope, days);
  return (
    <nav className="wk" aria-label={t("today.twoWeeks")}>
      {days.map((day) => (
        <Day key={day} day={day} scope={scope} today={today} dots={dots.get(day) ?? { open: 0, done: 0 }} />
      ))}
    </nav>
  );
}

function Day({ day, scope, today, dots }: { day: string; scope: string; today: string; dots: Dots }) {
  const t = useT();
  const { language } = usePreferences();
  const all = dots.open + dots.done;
  // Open tasks of past days are overdue.
  const open = day < today ? "late" : "";
  const looks = [...Array<string>(Math.min(dots.open, MOST)).fill(open), ...Array<string>(Math.min(dots.done, MOST)).fill("dn")].slice(0, MOST);
  const filter = written({ any: false, conditions: [{ field: "due", op: "=", value: day }, ...assigned(scope)] });
  return (
    <Link
      href={tasksOf(filter)}
      className={day === today ? "on" : ""}
      aria-current={day === today ? "date" : undefined}
    >
      <em className="sr">{`${fullDay(day, language)}, ${t("today.tasks", { n: all })}`}</em>
      <small aria-hidden="true">{weekday(day, language, "narrow")}</small>
      <b aria-hidden="true">{toDate(day).getDate()}</b>
      <span>
        {looks.map((look, at) => (
          <i key={at} className={look} />
        ))}
      </span>
    </Link>
  );
}
