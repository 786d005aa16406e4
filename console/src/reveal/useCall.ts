import { useRef } from "react";

import { asApiError } from "../api/errors";
import { reveal } from "../api/resources";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { dial } from "./useNumber";

const FIELD = "contactPhone";

/** Reveals the number of a customer, for a reason that the audit log gets, and dials it. */
export function useCall(): (customerId: string) => void {
  const t = useT();
  // A second tap before the answer would add a second entry to the audit log.
  const asking = useRef(false);
  return (customerId) => {
    if (asking.current) return;
    asking.current = true;
    void reveal("customer", customerId, newRequestId(), [FIELD], t("reveal.callback"))
      .then(
        (found) => {
          const number = found[FIELD] as string | null;
          if (number) dial(number);
          else toast(t("reveal.none"));
        },
        (error: unknown) => toast(asApiError(error).message, { tone: "danger" }),
      )
      .finally(() => (asking.current = false));
  };
}
