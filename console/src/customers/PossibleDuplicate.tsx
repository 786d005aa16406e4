import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";

import { api, body } from "../api/client";
import { asApiError } from "../api/errors";
import { caller } from "../api/resources";
import type { DuplicatePair } from "../api/schema";
import { dismissPair } from "../duplicates/useDuplicatePairs";
import { reasonsOf } from "../duplicates/warnings";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { chunk } from "../ui/chunk";
import { Icon } from "../ui/Icon";

const MergeDialog = chunk(() => import("../duplicates/MergeDialog"));

/** Pairs that the service has found, of which this customer is one; there are few of them. */
function usePairOf(customerId: string): DuplicatePair | undefined {
  const { data } = useQuery({
    queryKey: ["duplicate-pairs", "few"],
    queryFn: ({ signal }) => body(api.GET("/duplicates", { params: { header: caller(), query: { status: "open" as const, pageSize: 100 } }, signal })),
    staleTime: 60_000,
  });
  return data?.data.find((pair) => pair.customers.some((each) => each.customerId === customerId));
}

export function PossibleDuplicate({ customerId }: { customerId: string }) {
  const t = useT();
  const names = useNames();
  const queries = useQueryClient();
  const pair = usePairOf(customerId);
  const [merging, setMerging] = useState(false);
  const dismissing = useMutation({
    mutationFn: (id: string) => dismissPair(id, newRequestId()),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["duplicate-pairs"] }),
    onError: (error) => toast(asApiError(error).message, { tone: "danger" }),
  });
  const other = pair?.customers.find((each) => each.customerId !== customerId);
  if (!pair || !other) return null;
  return (
    <section className="card dup" aria-label={t("duplicate.possible")}>
      <h3 className="row g8">
        <Icon name="merge" />
        {t("duplicate.possible")}
      </h3>
      <p className="md ink2">
        <Link href={`/customers/${other.customerId}`} className="link">{other.name}</Link>
        {` · ${reasonsOf(pair.matchedBy, t)}`}
        {other.ownerId && ` · ${names(other.ownerId)}`}
      </p>
      <div className="row g8 wrap">
        <Button small onClick={() => setMerging(true)}>{t("duplicate.compare")}</Button>
        <Button small look="ghost" busy={dismissing.isPending} onClick={() => dismissing.mutate(pair.pairId)}>{t("duplicates.dismiss")}</Button>
      </div>
      {merging && <MergeDialog ids={pair.customers.map((each) => each.customerId)} onClose={() => setMerging(false)} />}
    </section>
  );
}
