import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import { useT } from "../i18n/translate";
import { Table } from "../settings/Table";
import { Button } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { DeletedRow } from "./DeletedRow";
import { type Kind, KINDS } from "./kinds";

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
  const columns = [
    { label: t("bin.what") },
    { label: t("history.kind"), className: "hide-phone" },
    { label: t("bin.by"), className: "hide-phone" },
    { label: t("bin.at"), className: "hide-phone" },
    { label: t("bin.until"), className: "hide-phone" },
    { label: t("bin.restore"), silent: true },
  ];
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
          {rows.length > 0 && <Table columns={columns}>{rows.map((row) => <DeletedRow key={row.id} row={row} />)}</Table>}
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
