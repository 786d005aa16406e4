import { Link } from "wouter";

import type { Row } from "../api/resources";
import { clock, dayPlus, dayOfWeek, daysFrom, fullTime, nextMonday, weekday } from "../format/dates";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { useCall } from "../reveal/useCall";
import { open } from "../state/layers";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { Icon } from "../ui/Icon";
import { Swipe } from "../ui/Swipe";
import type { Ticking } from "./useTick";

export type Name = "overdue" | "today" | "week";

interface Props {
  row: Row;
  name: Name;
  place: number;
  done: boolean;
  /** Whether rows of this section have times, in a column of their own. */
  timed: boolean;
  /** Whether they are of several people. */
  ofMany: boolean;
  ticking: Ticking;
}

const text = (of: unknown, member: string) => (of as Row | null | undefined)?.[member] as string | undefined;

export function TaskRow({ row, name, place, done, timed, ofMany, ticking }: Props) {
  const t = useT();
  const names = useNames();
  const title = row["title"] as string;
  const customerId = row["customerId"] as string | null;
  const assignee = row["assigneeId"] as string | null;
  const at = row["dueAt"] as string | null;
  const about = [text(row["customer"], "name"), text(row["opportunity"], "title")].filter(Boolean).join(" · ");
  const tick = () => (done ? ticking.reopen(row) : ticking.tick(row, name, place));
  return (
    <li>
      <Swipe
        right={{ icon: done ? "undo" : "check", label: t(done ? "action.undo" : "task.done"), run: tick }}
        left={done ? undefined : { icon: "clock", label: t("follow.tomorrow"), run: () => ticking.snooze(row, dayPlus(1), true) }}
      >
        <div className={`tk${done ? " dn" : ""}`}>
          <button type="button" className={`tick${done ? " on" : ""}${name === "overdue" ? " late" : ""}`} aria-pressed={done} aria-label={`${t("task.done")}: ${title}`} onClick={tick}>
            <Icon name="check" />
          </button>
          {timed && <span className="tm hide-phone">{at && clock(at)}</span>}
          <span className="col sp two">
            <span className="tt el">
              {timed && at && <span className="only-phone">{clock(at)}　</span>}
              {title}
            </span>
            {customerId && about ? (
              <Link href={`/customers/${customerId}`} className="md mut el whole">
                {about}
              </Link>
            ) : (
              <span className="md mut el only-phone">{t("today.noCustomer")}</span>
            )}
          </span>
          {!done && <Acts row={row} ticking={ticking} />}
          {!done && <Due row={row} name={name} />}
          {ofMany && assignee && (
            <span className="own md ink2" title={names(assignee)}>
              <Person id={assignee} name={names(assignee)} />
              <span className="el hide-phone">{names(assignee)}</span>
            </span>
          )}
        </div>
      </Swipe>
    </li>
  );
}

/** What can be done with it without leaving the page; on the phone only the call has room. */
function Acts({ row, ticking }: { row: Row; ticking: Ticking }) {
  const t = useT();
  const { language } = usePreferences();
  const call = useCall();
  const customerId = row["customerId"] as string | null;
  const name = text(row["customer"], "name");
  const item = (label: string, on: string) => ({
    label: (
      <span className="row g16">
        <span className="sp">{label}</span>
        <span className="sm mut">{dayOfWeek(on, language)}</span>
      </span>
    ),
    act: () => ticking.snooze(row, on),
  });
  return (
    <span className="act">
      {customerId && name && (
        <>
          <IconButton small className="call" icon="phone" label={`${t("action.call")}: ${name}`} onClick={() => call(customerId)} />
          <IconButton small className="hide-phone" icon="pen" label={t("action.logFollowUp")} onClick={() => open({ follow: { customerId, name } })} />
        </>
      )}
      <Drop
        right
        label={t("today.snooze")}
        button={({ open: shown, toggle }) => <IconButton small className="hide-phone" icon="clock" label={t("today.snooze")} aria-expanded={shown} onClick={toggle} />}
      >
        {(close) => (
          <MenuList
            close={close}
            title={t("today.snooze")}
            items={[
              item(t("follow.tomorrow"), dayPlus(1)),
              item(t("follow.in3"), dayPlus(3)),
              item(t("follow.monday"), nextMonday()),
              { label: t("today.pick"), act: () => ticking.ask({ title: t("today.snooze"), run: (on) => ticking.snooze(row, on) }) },
            ]}
          />
        )}
      </Drop>
    </span>
  );
}

const SOON = 180;

function Due({ row, name }: { row: Row; name: Name }) {
  const t = useT();
  const { language } = usePreferences();
  const at = row["dueAt"] as string | null;
  const due = at ?? (row["dueOn"] as string | null);
  if (due === null) return null;
  if (name === "overdue") {
    const late = -daysFrom(due);
    return <span className="tag d" title={fullTime(due, language)}>{late > 0 ? t("today.days", { n: late }) : clock(due)}</span>;
  }
  if (name === "today") {
    const minutes = at ? Math.round((Date.parse(at) - Date.now()) / 60_000) : SOON;
    if (minutes < 0 || minutes >= SOON) return null;
    return <span className="sm mut nw hide-phone">{minutes < 60 ? t("today.inMinutes", { n: minutes }) : t("today.inHours", { n: Math.floor(minutes / 60), m: minutes % 60 })}</span>;
  }
  const time = at ? ` ${clock(at)}` : "";
  return (
    <span className="sm mut nw" title={fullTime(due, language)}>
      <span className="hide-phone">{dayOfWeek(due, language) + time}</span>
      <span className="only-phone">{weekday(due, language) + time}</span>
    </span>
  );
}
