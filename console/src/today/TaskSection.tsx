import { Link } from "wouter";

import type { Row } from "../api/resources";
import { age, clock, daysFrom, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { useCall } from "../reveal/useCall";
import { open } from "../state/layers";
import { usePreferences } from "../state/preferences";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Swipe } from "../ui/Swipe";
import type { Ticking } from "./useTick";
import type { Section } from "./useToday";

type Name = "overdue" | "today" | "week";

export function TaskSection({ section, ticking }: { section: Section; ticking: Ticking }) {
  const t = useT();
  const name = section.section as Name;
  const done = ticking.done.filter((each) => each.section === name).map((each) => each.row);
  const ids = new Set(done.map((each) => each["taskId"]));
  const rows = section.items.filter((each) => !ids.has(each["taskId"]));
  if (rows.length === 0 && done.length === 0) return null;
  const rest = section.count - section.items.length;
  return (
    <section aria-label={t(`today.${name}`)}>
      <h3 className="h" style={{ marginTop: 12 }}>
        <span className={name === "overdue" ? "red" : ""}>{t(`today.${name}`)}</span> <i>{section.count}</i>
      </h3>
      <ul>
        {[...done, ...rows].map((row) => (
          <TaskRow key={row["taskId"] as string} row={row} name={name} done={ids.has(row["taskId"])} ticking={ticking} />
        ))}
      </ul>
      {rest > 0 && <p className="md mut" style={{ padding: 8 }}>{t("today.more", { n: rest })}</p>}
    </section>
  );
}

const text = (of: unknown, member: string) => (of as Row | null | undefined)?.[member] as string | undefined;

function TaskRow({ row, name, done, ticking }: { row: Row; name: Name; done: boolean; ticking: Ticking }) {
  const t = useT();
  const call = useCall();
  const title = row["title"] as string;
  const customer = text(row["customer"], "name");
  const customerId = row["customerId"] as string | null;
  const about = [customer, text(row["opportunity"], "title")].filter(Boolean).join(" · ");
  const tick = () => (done ? ticking.reopen(row) : ticking.tick(row, name));
  const dial = customerId ? () => call(customerId) : undefined;
  return (
    <li>
      <Swipe
        right={{ icon: done ? "undo" : "check", label: t(done ? "action.undo" : "task.done"), run: tick }}
        left={dial && { icon: "phone", label: t("action.call"), run: dial }}
      >
        <div className={`tk${done ? " dn" : ""}`}>
          <button type="button" className={`tick${done ? " on" : ""}${name === "overdue" ? " late" : ""}`} aria-pressed={done} aria-label={`${t("task.done")}: ${title}`} onClick={tick}>
            <Icon name="check" />
          </button>
          <span className="col sp two">
            <span className="tt el">{title}</span>
            {customerId && about && (
              <Link href={`/customers/${customerId}`} className="md mut el">
                {about}
              </Link>
            )}
          </span>
          {dial && <IconButton small className="act" icon="phone" label={`${t("action.call")}: ${customer ?? ""}`} onClick={dial} />}
          {customerId && customer && <IconButton small className="act" icon="pen" label={t("action.logFollowUp")} onClick={() => open({ follow: { customerId, name: customer } })} />}
          <Due row={row} name={name} />
        </div>
      </Swipe>
    </li>
  );
}

function Due({ row, name }: { row: Row; name: Name }) {
  const t = useT();
  const { language } = usePreferences();
  const at = row["dueAt"] as string | null;
  const due = at ?? (row["dueOn"] as string | null);
  if (due === null) return null;
  if (name === "overdue") return <span className="tag d">{t("today.days", { n: Math.max(1, -daysFrom(due)) })}</span>;
  const time = at ? ` ${clock(at)}` : "";
  if (name === "today") return at ? <span className="md ink2">{clock(at)}</span> : null;
  return <span className="md mut nw" title={age(due, language)}>{shortDay(due, language) + time}</span>;
}
