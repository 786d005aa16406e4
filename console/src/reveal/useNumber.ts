import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { type Resource, reveal } from "../api/resources";
import { useT } from "../i18n/translate";
import { useRequestId } from "../state/intent";
import { toast } from "../state/toasts";

/** A full number, once it has been revealed: kept as long as the page shows it, and never stored. */
export function useNumber(resource: Resource, id: string, field: string) {
  const t = useT();
  const { requestId, finish, failed } = useRequestId();
  const [number, setNumber] = useState<string | null>(null);
  const asking = useMutation({
    mutationFn: () => reveal(resource, id, requestId, [field], t("reveal.callback")),
    onError: (error) => {
      failed(error);
      toast(error.message, { tone: "danger" });
    },
  });
  /** With the number: without a question, for a reason that the audit log gets. */
  const use = (act: (number: string) => void) => {
    if (number !== null) {
      act(number);
      return;
    }
    asking.mutate(undefined, {
      onSuccess: (found) => {
        finish();
        const full = found[field] as string | null;
        if (full === null) {
          toast(t("reveal.none"));
          return;
        }
        setNumber(full);
        act(full);
      },
    });
  };
  return { number, setNumber, use, busy: asking.isPending };
}

export const dial = (number: string): void => {
  window.location.href = `tel:${number.replace(/[^\d+]/g, "")}`;
};
