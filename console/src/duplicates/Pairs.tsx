import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { asApiError } from "../api/errors";
import type { DuplicatePair } from "../api/schema";
import { shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { usePreferences } from "../state/preferences";
import { Company } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import MergeDialog from "./MergeDialog";
import { dismissPair, pairs, reopenPair, type Status } from "./useDuplicatePairs";
import { reasonsOf } from "./warnings";

export function Pairs({ status }: { status: Status }) {
  const t = useT();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(pairs(status));
  const [merging, merge] = useState<DuplicatePair | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={6} />;
  const found = data.pages.flatMap((page) => page.data);
  return (
    <>
      {found.length === 0 && !hasNextPage ? (
        <Empty icon="check" title={t(`duplicates.${status}None`)} />
      ) : (
        <ul className="col g12">
          {found.map((pair) => (
            <PairCard key={pair.pairId} pair={pair} onMerge={() => merge(pair)} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()} className="more">
          {t("duplicates.more")}
        </Button>
      )}
      {merging && <MergeDialog ids={merging.customers.map((each) => each.customerId)} onClose={() => merge(null)} />}
    </>
  );
}

function PairCard({ pair, onMerge }: { pair: DuplicatePair; onMerge: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const dismissed = pair.dismissedAt !== null;
  const marking = useMutation({
    mutationFn: () => (dismissed ? reopenPair : dismissPair)(pair.pairId, newRequestId()),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["duplicate-pairs"] }),
    onError: (error) => toast(asApiError(error).message, { tone: "danger" }),
  });
  return (
    <li className="card" style={{ padding: 16 }}>
      <div className="row g8 wrap" style={{ marginBottom: 8 }}>
        <span className="sp">
          <span className="tag l">{reasonsOf(pair.matchedBy, t)}</span>
        </span>
        <Button small busy={marking.isPending} onClick={() => marking.mutate()}>
          {t(dismissed ? "duplicates.reopen" : "duplicates.dismiss")}
        </Button>
        {!dismissed && (
          <Button small look="primary" onClick={onMerge}>
            {t("duplicates.merge")}
          </Button>
        )}
      </div>
      {pair.customers.map((customer) => (
        <Paired key={customer.customerId} customer={customer} />
      ))}
    </li>
  );
}

function Paired({ customer }: { customer: DuplicatePair["customers"][number] }) {
  const t = useT();
  const { language } = usePreferences();
  const nameOf = useNames();
  const last = customer.lastFollowUpAt;
  const facts = [
    customer.ownerId ? nameOf(customer.ownerId) : t("duplicate.unowned"),
    t("duplicates.created", { day: shortDay(customer.createdAt, language) }),
    last ? t("duplicates.last", { day: shortDay(last, language) }) : "",
  ];
  return (
    <div className="row g12" style={{ padding: "6px 0" }}>
      <Company name={customer.name} size="b" />
      <span className="col sp" style={{ minWidth: 0 }}>
        <Link href={`/customers/${customer.customerId}`} className="el">{customer.name}</Link>
        <span className="sm ink2">{facts.filter(Boolean).join(" · ")}</span>
      </span>
    </div>
  );
}
