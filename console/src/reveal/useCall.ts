import { asApiError } from "../api/errors";
import { reveal } from "../api/resources";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { useMutationOnce } from "../state/useMutationOnce";
import { dial } from "./useNumber";

const FIELD = "contactPhone";

/** Reveals the number of a customer, for a reason that the audit log gets, and dials it. A second tap before the answer adds no second entry. */
export function useCall(): (customerId: string) => void {
  const t = useT();
  const asking = useMutationOnce({
    mutationFn: (customerId: string) => reveal("customer", customerId, newRequestId(), [FIELD], t("reveal.callback")),
    onSuccess: (found) => {
      const number = found[FIELD] as string | null;
      if (number) dial(number);
      else toast(t("reveal.none"));
    },
    onError: (error) => toast(asApiError(error).message, { tone: "danger" }),
  });
  return (customerId) => asking.mutate(customerId);
}
