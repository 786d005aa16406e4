import { asApiError } from "../api/errors";
import { reveal } from "../api/resources";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";

const FIELD = "contactPhone";

/** Reveals the number of a customer, for a reason that the audit log gets, and dials it. */
export function useCall(): (customerId: string) => void {
  const t = useT();
  return (customerId) => {
    void reveal("customer", customerId, newRequestId(), [FIELD], t("reveal.callback")).then(
      (found) => {
        const number = found[FIELD] as string | null;
        if (number) window.location.href = `tel:${number.replace(/[^\d+]/g, "")}`;
        else toast(t("reveal.none"));
      },
      (error: unknown) => toast(asApiError(error).message, { tone: "danger" }),
    );
  };
}
