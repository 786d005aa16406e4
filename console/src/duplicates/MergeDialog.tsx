import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { asApiError } from "../api/errors";
import type { DuplicatePair } from "../api/schema";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FormFault, SkeletonLines } from "../ui/States";
import { Paired } from "./Pairs";
import { merge, undoMerge } from "./useDuplicatePairs";

/** Which of two customers stays; what the other one has goes to it. It can be undone for 30 days. */
export function MergeDialog({ pair, onClose }: { pair: DuplicatePair; onClose: () => void }) {
  const t = useT();
  const queries = useQueryClient();
  const [requestId] = useState(newRequestId);
  const [kept, keep] = useState(pair.customers[0]?.customerId ?? "");
  const other = pair.customers.find((each) => each.customerId !== kept)?.customerId ?? "";
  const preview = useQuery({
    queryKey: ["merge", kept, other],
    queryFn: () => merge(newRequestId(), kept, other, true),
    staleTime: 0,
    retry: false,
  });
  const takeBack = async (mergeId: string) => {
    try {
      await undoMerge(newRequestId(), mergeId);
      void queries.invalidateQueries();
    } catch (error) {
      toast(asApiError(error).message, { tone: "danger" });
    }
  };
  const merging = useMutation({
    mutationFn: () => merge(requestId, kept, other, false),
    onSuccess: ({ mergeId, customer }) => {
      void queries.invalidateQueries();
      const undo = { label: t("action.undo"), run: () => void takeBack(mergeId ?? "") };
      toast(t("duplicates.merged", { name: customer.name }), { actions: [undo] });
      onClose();
    },
  });
  const moved = Object.values(preview.data?.moved ?? {}).reduce((sum, each) => sum + each, 0);
  return (
    <Dialog title={t("duplicates.mergeTitle")} onClose={onClose}>
      <p className="mut">{t("duplicates.mergeHint")}</p>
      <div role="radiogroup" aria-label={t("duplicates.keep")} className="col g8" style={{ marginTop: 12 }}>
        {pair.customers.map((customer) => (
          <label key={customer.customerId} className="row g8 card" style={{ padding: "8px 12px" }}>
            <input type="radio" name="kept" checked={kept === customer.customerId} onChange={() => keep(customer.customerId)} />
            <span className="sp" style={{ minWidth: 0 }}>
              <Paired customer={customer} />
            </span>
          </label>
        ))}
      </div>
      {preview.isPending ? <SkeletonLines lines={1} /> : preview.data && <p style={{ margin: "12px 0" }}>{t("duplicates.moves", { n: moved })}</p>}
      <FormFault error={merging.error ?? preview.error} />
      <footer className="row g8" style={{ justifyContent: "flex-end" }}>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button look="primary" busy={merging.isPending} disabled={!preview.data} onClick={() => merging.mutate()}>
          {t("duplicates.merge")}
        </Button>
      </footer>
    </Dialog>
  );
}
