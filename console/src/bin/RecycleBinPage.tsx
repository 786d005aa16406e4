import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { api, body } from "../api/client";
import { asApiError } from "../api/errors";
import { caller, restore } from "../api/resources";
import type { Deleted } from "../api/schema";
import { daysFrom } from "../format/dates";
import { pathOf } from "../palette/entries";
import { useT } from "../i18n/translate";
import { UserName, Time } from "../records/Value";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Empty, Failed, RequestId, SkeletonLines } from "../ui/States";

const KINDS = ["customer", "contact", "opportunity", "follow_up", "task"] as const;
type Kind = (typeof KINDS)[number];
const ICONS: Record<Kind, IconName> = { customer: "building", contact: "user", opportunity: "deal", follow_up: "chat", task: "check" };
const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);
const SOON = 3;

function useDeleted(kind: Kind | "") {
  return useInfiniteQuery({
    queryKey: ["bin", kind],
    queryFn: ({ pageParam, signal }) => {
      const query = { pageSize: 50, ...(kind && { types: kind }), ...(pageParam && { cursor: pageParam }) };
      return body(api.GET("/recycle-bin", { params: { header: caller(), query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  });
}

/** What was deleted, by whom, until when it can come back. */
export default function RecycleBinPage() {
  const t = useT();
  const [kind, choose] = useState<Kind | "">("");
  const found = useDeleted(kind);
  const rows = found.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <>
      <header className="top">
        <h1>{t("nav.recycleBin")}</h1>
      </header>
      <div className="bar">
        <div className="chips" role="group" aria-label={t("list.filter")}>
          {(["", ...KINDS] as const).map((each) => (
            <button key={each} type="button" className={`chip q${each === kind ? " on" : ""}`} aria-pressed={each === kind} onClick={() => choose(each)}>
              {each === "" ? t("view.all") : t(`type.${each}`)}
            </button>
          ))}
        </div>
      </div>
      {found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : found.data && rows.length === 0 ? (
        <Empty icon="trash" title={t("bin.empty")} hint={t("bin.emptyHint")} />
      ) : (
        <div className="cl">
          {!found.data && <SkeletonLines lines={6} />}
          {rows.length > 0 && (
            <ul className="card clip" style={{ maxWidth: 960 }}>
              {rows.map((row) => <DeletedRow key={row.id} row={row} />)}
            </ul>
          )}
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

const ID = /\(([0-9a-f-]{36})\)/;

function DeletedRow({ row }: { row: Deleted }) {
  const t = useT();
  const queries = useQueryClient();
  const kind = isKind(row.type) ? row.type : "customer";
  const name = row.title ?? t("bin.unnamed");
  const [requestId] = useState(newRequestId);
  const restoring = useMutation({
    mutationFn: () => restore(kind, row.id, requestId),
    onSuccess: () => {
      void queries.invalidateQueries();
      toast(t("record.restored", { name }));
    },
  });
  const refused = restoring.error ? asApiError(restoring.error) : null;
  // The record that has taken the name meanwhile.
  const other = refused ? ID.exec(refused.details)?.[1] : undefined;
  const way = other ? pathOf(row.type, other) : undefined;
  return (
    <li className="li" style={{ flexWrap: "wrap" }}>
      <span className="td"><Icon name={ICONS[kind]} /></span>
      <span className="col sp" style={{ flexBasis: 180 }}>
        <span className="el">{name}</span>
        <span className="row g8 sm mut wrap">
          <span>{t(`type.${kind}`)}</span>
          {row.deletedBy ? <UserName id={row.deletedBy} /> : <span>{t("bin.system")}</span>}
          <Time value={row.deletedAt} />
        </span>
      </span>
      {row.purgeAt && <Purge at={row.purgeAt} />}
      <Button small icon="undo" busy={restoring.isPending} aria-label={`${t("bin.restore")}: ${name}`} onClick={() => restoring.mutate()}>
        {t("bin.restore")}
      </Button>
      {refused && (
        <div className="note d" role="alert" style={{ flexBasis: "100%" }}>
          <Icon name="alert" />
          <span className="col sp">
            <span>{refused.message}</span>
            {refused.details && <span>{refused.details.replace(ID, "").trim()}</span>}
            {refused.status === 403 && <span>{t("error.whoToAsk")}</span>}
            <span className="row g8">
              {way && <Link href={way} className="link">{t("action.open")}</Link>}
              <RequestId error={refused} />
            </span>
          </span>
        </div>
      )}
    </li>
  );
}

function Purge({ at }: { at: string }) {
  const t = useT();
  const days = Math.max(0, daysFrom(at));
  return <span className={`tag ${days <= SOON ? "w" : "n"}`}>{t("bin.purge", { n: days })}</span>;
}
