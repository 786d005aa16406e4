import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import type { AuditLog } from "../api/schema";
import { clock, fullTime, isoDay, shortDay } from "../format/dates";
import { type Key, useT } from "../i18n/translate";
import { pathOf } from "../palette/entries";
import { people, useNames } from "../people/useNames";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";

const ACTIONS = ["created", "updated", "deleted", "restored", "revealed", "unmasked", "exported", "erased", "purged"] as const;
const KINDS = ["customer", "contact", "opportunity", "follow_up", "contract", "payment", "task", "view", "goal", "user", "team", "handover", "option", "tag"] as const;
type Action = (typeof ACTIONS)[number];
type Kind = (typeof KINDS)[number];

interface Choice {
  action: string;
  kind: string;
  actor: string;
}

function useAudit({ action, kind, actor }: Choice) {
  const { language } = usePreferences();
  return useInfiniteQuery({
    // The service writes the sentences: another language is another answer.
    queryKey: ["audit", language, action, kind, actor],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        pageSize: 50,
        ...(action && { action: action as Action }),
        ...(kind && { resourceType: kind as Kind }),
        ...(actor && { actor }),
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
  const choice = { action: params.get("action") ?? "", kind: params.get("type") ?? "", actor: params.get("actor") ?? "" };
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
  return (
    <>
      <header className="top">
        <h1>{t("nav.history")}</h1>
      </header>
      <div className="bar">
        <div className="chips">
          <Pick label={t("history.who")} value={choice.actor} options={(users ?? []).map((each) => [each.userId, each.name])} onChange={(value) => change("actor", value)} />
          <Pick label={t("history.what")} value={choice.action} options={ACTIONS.map((each) => [each, t(`history.${each}`)])} onChange={(value) => change("action", value)} />
          <Pick label={t("history.kind")} value={choice.kind} options={KINDS.map((each) => [each, t(`type.${each}` as Key)])} onChange={(value) => change("type", value)} />
        </div>
      </div>
      {found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : found.data && rows.length === 0 ? (
        <Empty icon="history" title={t("history.empty")} />
      ) : (
        <div className="cl">
          {!found.data && <SkeletonLines lines={8} />}
          <div style={{ maxWidth: 960 }}>
            {days.map((day) => (
              <section key={day} style={{ marginBottom: 12 }} aria-label={shortDay(day, language)}>
                <h2 className="h">{shortDay(day, language)}</h2>
                <ul className="card clip">
                  {rows.filter((row) => isoDay(new Date(row.createdAt)) === day).map((row) => <Sentence key={row.auditLogId} row={row} />)}
                </ul>
              </section>
            ))}
          </div>
          {found.hasNextPage && (
            <Button style={{ marginTop: 12 }} busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t("timeline.older")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function Pick({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return (
    <span className={`chip q${value ? " on" : ""}`}>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{label}</option>
        {options.map(([id, name]) => <option key={id} value={id}>{name}</option>)}
      </select>
    </span>
  );
}

/** The sentence of the service; its record is a link, unless it is gone. */
function Sentence({ row }: { row: AuditLog }) {
  const t = useT();
  const names = useNames();
  const { language } = usePreferences();
  const gone = ["deleted", "erased", "purged"].includes(row.action);
  const way = gone ? undefined : pathOf(row.resourceType, row.resourceId);
  const who = row.actor ? names(row.actor) : t("bin.system");
  // Sentences begin with the id of who did it: people are known by their names.
  const text = row.actor && row.summary.startsWith(row.actor) ? `${who}${row.summary.slice(row.actor.length)}` : row.summary;
  return (
    <li className="li">
      <Person id={row.actor ?? "*"} name={who} />
      {way ? (
        <Link href={way} className="sp fig" style={{ minWidth: 0, overflowWrap: "anywhere" }}>{text}</Link>
      ) : (
        <span className="sp" style={{ minWidth: 0, overflowWrap: "anywhere" }}>{text}</span>
      )}
      <time className="sm mut" dateTime={row.createdAt} title={`${fullTime(row.createdAt, language)}${row.requestId ? `\n${row.requestId}` : ""}`}>{clock(row.createdAt)}</time>
    </li>
  );
}
