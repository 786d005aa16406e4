import { clock, daysFrom, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Icon, type IconName } from "../ui/Icon";
import type { Card } from "./board";

const DAY_ONLY = 10;

/** When the next step of a deal is due: late is red, today and nothing at all are amber, later is quiet. */
export function NextTag({ task }: { task: Card["nextTask"] }) {
  const t = useT();
  const { language } = usePreferences();
  if (task === null) return <Tag tone="w" icon="info" text={t("deal.noStep")} />;
  const { due, title } = task;
  if (due === null) return <Tag tone="n" icon="cal" text={t("deal.undated")} title={title} />;
  const days = daysFrom(due);
  const time = due.length > DAY_ONLY ? ` ${clock(due)}` : "";
  if (days < 0) return <Tag tone="d" icon="alert" text={t("time.late", { n: -days })} title={title} />;
  const over = time !== "" && new Date(due) < new Date();
  if (days === 0) return <Tag tone={over ? "d" : "w"} icon={over ? "alert" : "today"} text={`${t("nav.today")}${time}`} title={title} />;
  return <Tag tone="n" icon="cal" text={`${shortDay(due, language)}${time}`} title={title} />;
}

function Tag({ tone, icon, text, title }: { tone: "d" | "w" | "n"; icon: IconName; text: string; title?: string }) {
  return (
    <span className={`tag ${tone}`} title={title}>
      <Icon name={icon} size={14} />
      {text}
    </span>
  );
}
