import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { AuditLog } from "../api/schema";
import { clock, fullTime, isoDay, shortDay } from "../format/dates";
import { type Key, useT } from "../i18n/translate";
import { pathOf } from "../palette/entries";
import { people, useNames } from "../people/useNames";
import { Section } from "../settings/Section";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Loaded } from "../ui/Loaded";
import { Empty } from "../ui/States";
import { sentenceOf } from "./sentence";

const ACTIONS = ["created", "updated", "deleted", "restored", "revealed", "unmasked", "exported", "merged", "unmerged", "erased", "purged"] as const;
const KINDS = ["customer", "contact", "opportunity", "follow_up", "contract", "payment", "task", "view", "goal", "user", "team", "handover", "option", "tag", "api_key", "duplicate_policy"] as const;
type Action = (typeof ACTIONS)[number];
type Kind = (typeof KINDS)[number];

interface Choice {
  action: string;
  kind: string;
  actor: string;
  /** Of one record, to which a page has led. */
  record: string;
}

function useAudit({ action, kind, actor, record }: Choice) {
  const { language } = usePreferences();
  return useInfiniteQuery({
    // The service writes the sentences: another language is another answer.
    queryKey: ["audit", language, action, kind, actor, record],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        pageSize: 50,
        ...(action && { action: action as Action }),
        ...(kind && { resourceType: kind as Kind }),
        ...(actor && { actor }),
        ...(record && { resourceId: record }),
        ...(pageParam && { cursor: pageParam }),
      };
      return body(api.GET("/audit-logs", { params: { header: caller(), query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** Who did what, in sentences, newest first. */
export default function HistoryPage() {
  const t = useT();
  const { language } = usePreferences();
  const [params, setParams] = useSearchParams();
  const choice = { action: params.get("action") ?? "", kind: params.get("type") ?? "", actor: params.get("actor") ?? "", record: params.get("record") ?? "" };
  const found = useAudit(choice);
  const { data: users } = useQuery(people);
  const rows = found.data?.pages.flatMap((page) => page.data) ?? [];
  const days = [...new Set(rows.map((row) => isoDay(new Date(row.createdAt))))];
  const change = (name: string, value: string) =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      if (value === "") next.delete(name);
      else next.set(name, value);
      return next;
    });
  const bar = (
    <div className="chips">
      {choice.record && (
        <span className="chip">
          <b>{t("history.one")}</b>
          <button type="button" aria-label={t("list.clear")} onClick={() => change("record", "")}>
            <Icon name="x" size={14} />
          </button>
        </span>
      )}
      <Pick label={t("history.who")} value={choice.actor} options={(users ?? []).map((each) => [each.userId, each.name])} onChange={(value) => change("actor", value)} />
      <Pick label={t("history.what")} value={choice.action} options={ACTIONS.map((each) => [each, t(`history.${each}`)])} onChange={(value) => change("action", value)} />
      <Pick label={t("history.kind")} value={choice.kind} options={KINDS.map((each) => [each, t(`type.${each}` as Key)])} onChange={(value) => change("type", value)} />
    </div>
  );
  return (
    <Section title={t("nav.history")} bar={bar}>
      <Loaded found={found} lines={8}>{() => rows.length === 0 && <Empty icon="history" title={t("history.empty")} />}</Loaded>
      {days.map((day) => (
        <section key={day} style={{ marginBottom: 16 }} aria-label={shortDay(day, language)}>
          <h2 className="seth">{shortDay(day, language)}</h2>
          <ul className="card clip">
            {rows.filter((row) => isoDay(new Date(row.createdAt)) === day).map((row) => <Sentence key={row.auditLogId} row={row} />)}
          </ul>
        </section>
      ))}
      {found.hasNextPage && (
        <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("timeline.older")}
        </Button>
      )}
    </Section>
  );
}

function Pick({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return (
    <span className={`chip q${value ? " on" : ""}`}>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{label}</option>
        {options.map(([id, name]) => <option key={id} value={id}>{name}</option>)}
      </select>
      <Icon name="down" size={14} />
    </span>
  );
}

/** The sentence of the service; its record is a link, unless it is gone. */
function Sentence({ row }: { row: AuditLog }) {
  const names = useNames();
  const { language } = usePreferences();
  const gone = ["deleted", "erased", "purged"].includes(row.action);
  const way = row.resourceType === "duplicate_policy" ? "/settings/duplicate-rules" : gone ? undefined : pathOf(row.resourceType, row.resourceId);
  const text = sentenceOf(row, { name: names, time: (iso) => `${shortDay(iso, language)} ${clock(iso)}` });
  return (
    <li className="li" style={{ alignItems: "flex-start" }}>
      {row.actor ? <Person id={row.actor} name={names(row.actor)} /> : <span className="av"><Icon name="gear" size={14} /></span>}
      {way ? (
        <Link href={way} className="sp fig" style={{ minWidth: 0, overflowWrap: "anywhere" }}>{text}</Link>
      ) : (
        <span className="sp" style={{ minWidth: 0, overflowWrap: "anywhere" }}>{text}</span>
      )}
      <time className="sm mut" style={{ lineHeight: "20px" }} dateTime={row.createdAt} title={`${fullTime(row.createdAt, language)}${row.requestId ? `\n${row.requestId}` : ""}`}>{clock(row.createdAt)}</time>
    </li>
  );
}
