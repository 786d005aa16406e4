import { useQuery, useQueryClient } from "@tanstack/react-query";

import { asApiError } from "../api/errors";
import { t } from "../i18n/translate";
import { newRequestId, useRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { useMutationOnce } from "../state/useMutationOnce";
import { merge, undoMerge } from "./useDuplicatePairs";

/** Previews a merge, and runs it; the toast offers undo. */
export function useMerge(kept: string, others: string[], chosen: Record<string, string>, onDone: () => void) {
  const queries = useQueryClient();
  const { requestId, finish, failed } = useRequestId();
  const preview = useQuery({
    queryKey: ["merge", kept, others, chosen],
    queryFn: () => merge(newRequestId(), kept, others, chosen, true),
    staleTime: 0,
    retry: false,
  });
  const takeBack = async (mergeId: string) => {
    try {
      await undoMerge(newRequestId(), mergeId);
      toast(t("duplicates.unmerged"));
    } catch (error) {
      toast(asApiError(error).message, { tone: "danger" });
    }
    void queries.invalidateQueries();
  };
  const merging = useMutationOnce({
    mutationFn: () => merge(requestId, kept, others, chosen, false),
    onSuccess: ({ mergeId, customer }) => {
      finish();
      void queries.invalidateQueries();
      const undo = { label: t("action.undo"), run: () => void takeBack(mergeId ?? "") };
      toast(t("duplicates.merged", { name: customer.name }), { actions: [undo] });
      onDone();
    },
    onError: failed,
  });
  return { preview, merging };
}
