import { shortDay } from "../format/dates";
import { money } from "../format/money";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Icon, type IconName } from "../ui/Icon";
import { Changes } from "./Changes";
import { Line } from "./Line";
import { useOption } from "./timelineWords";
import type { TimelineItem } from "./useTimeline";

const KINDS: Record<string, IconName> = { call: "phone", visit: "pin", wechat: "chat", meeting: "users", email: "mail", other: "pen" };

function iconOf(item: TimelineItem): IconName {
  if (item.followUp) return KINDS[item.followUp.followUpType] ?? "pen";
  if (item.stage) return "deal";
  if (item.payment) return "money";
  if (item.contract) return "contract";
  if (item.task) return "today";
  return item.type === "transfer" ? "swap" : "pen";
}

const good = (item: TimelineItem): boolean => item.payment != null || item.contract != null;

interface Props {
  item: TimelineItem;
  /** Days at the stage before a move. */
  days: number | null;
  titleOf: (id: string | null | undefined) => string;
}

export function TimelineEntry({ item, days, titleOf }: Props) {
  return (
    <li className="te">
      <span className={`td${good(item) ? " g" : ""}`}>
        <Icon name={iconOf(item)} size={14} />
      </span>
      <div>
        <Entry item={item} days={days} titleOf={titleOf} />
      </div>
    </li>
  );
}

function Entry({ item, days, titleOf }: Props) {
  const t = useT();
  const { language } = usePreferences();
  const kind = useOption("follow_up", "followUpType");
  const actor = useNames()(item.actor ?? "");
  if (item.followUp) {
    const { followUpType, contactId, opportunityId, content } = item.followUp;
    const about = [kind(followUpType), titleOf(contactId), titleOf(opportunityId)].filter(Boolean);
    return (
      <>
        <Line at={item.at} who={actor} more={about.join(" · ")} />
        <p className="pre" style={{ marginTop: 2 }}>{content}</p>
      </>
    );
  }
  if (item.stage) {
    return (
      <>
        <Line at={item.at} who={item.opportunityTitle ?? "…"} to={`/deals/${item.stage.opportunityId}`} more={actor && t(item.stage.fromStage === null ? "timeline.addedBy" : "timeline.movedBy", { name: actor })} />
        <Move from={item.stage.fromStage} to={item.stage.toStage} days={days} />
      </>
    );
  }
  if (item.payment) {
    const about = [titleOf(item.payment.contractId), item.payment.remark].filter(Boolean);
    return <Line at={item.at} who={t("timeline.paid", { sum: money(item.payment.amountCents, item.payment.currency) })} to={`/contracts/${item.payment.contractId}`} more={about.join(" · ")} />;
  }
  if (item.contract) {
    const { contractId, contractNo, amountCents, currency, signedAt } = item.contract;
    const said = signedAt ? t("timeline.signed", { day: shortDay(signedAt, language) }) : t("timeline.entered");
    return <Line at={item.at} who={contractNo} to={`/contracts/${contractId}`} more={`${said} · ${money(amountCents, currency)}`} />;
  }
  if (item.task) {
    const { title, status, dueOn, dueAt } = item.task;
    const due = dueOn ?? dueAt;
    const said = status === "done" ? t("timeline.taskDone", { name: actor }) : due ? t("timeline.planned", { day: shortDay(due, language) }) : t("timeline.plannedAny");
    return <Line at={item.at} who={title} more={said} />;
  }
  return <Changes item={item} actor={actor || t("bin.system")} />;
}

function Move({ from, to, days }: { from: number | null; to: number; days: number | null }) {
  const t = useT();
  const stage = useOption("opportunity", "stage");
  const dot = (value: number) => (
    <span className="stc">
      <i className={`dot s${value}`} />
      {stage(value)}
    </span>
  );
  return (
    <div className="row g8 wrap" style={{ marginTop: 4 }}>
      {from !== null && (
        <>
          {dot(from)}
          <span className="mut"><Icon name="arr" size={14} /></span>
        </>
      )}
      {dot(to)}
      {days !== null && <span className="sm mut">{t("timeline.daysBefore", { n: days })}</span>}
    </div>
  );
}
