import type { ReactNode } from "react";
import { Link } from "wouter";

import type { Field, Resource } from "../api/resources";
import { clock, fullTime, shortDay } from "../format/dates";
import { money } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { useFields } from "../records/fields";
import { Value } from "../records/Value";
import { usePreferences } from "../state/preferences";
import { Icon, type IconName } from "../ui/Icon";
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

export function TimelineEntry({ item }: { item: TimelineItem }) {
  const { language } = usePreferences();
  return (
    <li className="te">
      <span className={`td${good(item) ? " g" : ""}`}>
        <Icon name={iconOf(item)} size={14} />
      </span>
      <div>
        <div className="row g8">
          <Head item={item} />
          <span className="sp" />
          <time className="md mut nw" dateTime={item.at} title={fullTime(item.at, language)}>
            {shortDay(item.at, language)} {clock(item.at)}
          </time>
        </div>
        {item.followUp && (
          <p className="pre" style={{ marginTop: 2 }}>
            {item.followUp.content}
          </p>
        )}
      </div>
    </li>
  );
}

function useOption(resource: Resource, name: string): (value: string | number) => ReactNode {
  const label = useLabel();
  const { fields } = useFields(resource);
  const field = fields.find((each) => each.name === name);
  return (value) => {
    const option = field?.options.find((each) => each.value === value);
    return option ? label(option.label) : value;
  };
}

function Head({ item }: { item: TimelineItem }) {
  const t = useT();
  const names = useNames();
  const kind = useOption("follow_up", "followUpType");
  const stage = useOption("opportunity", "stage");
  const actor = item.actor ? names(item.actor) : "";
  if (item.followUp) {
    return (
      <span className="el">
        <b>{actor}</b> <span className="md ink2">{kind(item.followUp.followUpType)}</span>
      </span>
    );
  }
  if (item.stage) {
    return (
      <span className="el">
        <Link href={`/deals/${item.stage.opportunityId}`}>
          <b>{item.opportunityTitle}</b>
        </Link>{" "}
        <span className="stc">
          <span className="ink2">{t("timeline.entered")}</span>
          <i className={`dot s${item.stage.toStage}`} />
          {stage(item.stage.toStage)}
        </span>
      </span>
    );
  }
  if (item.payment) {
    return (
      <span className="el">
        <b>{t("timeline.paid", { sum: money(item.payment.amountCents, item.payment.currency) })}</b> <span className="md ink2">{item.payment.remark}</span>
      </span>
    );
  }
  if (item.contract) {
    return (
      <span className="el">
        <Link href={`/contracts/${item.contract.contractId}`}>
          <b>{item.contract.contractNo}</b>
        </Link>{" "}
        <span className="md ink2">{money(item.contract.amountCents, item.contract.currency)}</span>
      </span>
    );
  }
  if (item.task) {
    return (
      <span className="el">
        <b>{item.task.title}</b> <span className="md ink2">{t("task.done")}</span>
      </span>
    );
  }
  return <Changes item={item} actor={actor} />;
}

interface Change {
  before?: unknown;
  after?: unknown;
}

/** Folded: which members, and for one of them what it became. */
function Changes({ item, actor }: { item: TimelineItem; actor: string }) {
  const t = useT();
  const label = useLabel();
  const { fields } = useFields("customer");
  const changes = (item.changes ?? {}) as Record<string, Change>;
  const found = Object.keys(changes).flatMap((name) => fields.filter((each) => each.name === name));
  const single: Field | undefined = found.length === 1 ? found[0] : undefined;
  return (
    <span className="row g6 el">
      <b>{actor}</b>
      <span className="md ink2 el">{t("timeline.changed", { names: found.map((each) => label(each.label)).join("、") })}</span>
      {single && !single.masked && <Value field={single} row={{ [single.name]: changes[single.name]?.after }} />}
    </span>
  );
}
