import { useCallback, useState } from "react";

import { ApiError } from "../api/errors";
import { keep, stored } from "./store";

/** One intended change. Its request id is created once, so that a retry does not repeat the change. */
interface Intent<V> {
  requestId: string;
  values: V;
}

export const newRequestId = (): string =>
  typeof crypto.randomUUID === "function"
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, "0"),
      ).join("");

/**
 * Whether the id is spent: the service has done something else with it, so that another attempt is
 * another intent. After every other failure, a 5xx and a lost answer too, the change may have been
 * made: only the same id makes it once.
 */
const isSpent = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "IDEMPOTENT_CONFLICT" && !error.running;

const name = (key: string) => `crm.draft.${key}`;

/** For a form that is opened afterwards. */
export function keepDraft<V>(key: string, intent: Intent<V>): void {
  keep(sessionStorage, name(key), intent);
}

/** A draft with its request id, which survives a reload of the page. */
export function useIntent<V>(key: string, empty: V) {
  const [intent, setIntent] = useState<Intent<V>>(
    () => stored<Intent<V>>(sessionStorage, name(key)) ?? { requestId: newRequestId(), values: empty },
  );
  const [restored] = useState(() => stored(sessionStorage, name(key)) !== null);

  const change = useCallback(
    (values: V) =>
      setIntent((now) => {
        const next = { ...now, values };
        keep(sessionStorage, name(key), next);
        return next;
      }),
    [key],
  );

  /** After success, or when the draft is given up: the next change is another intent. */
  const finish = useCallback(() => {
    keep(sessionStorage, name(key), null);
    setIntent({ requestId: newRequestId(), values: empty });
  }, [key, empty]);

  const failed = useCallback(
    (error: unknown) => isSpent(error) && setIntent((now) => ({ ...now, requestId: newRequestId() })),
    [],
  );

  return { intent, change, finish, failed, restored };
}

/** The request id of an intent without a draft: for what is chosen and done in one place. */
export function useRequestId() {
  const [requestId, setRequestId] = useState(newRequestId);
  const finish = useCallback(() => setRequestId(newRequestId()), []);
  const failed = useCallback((error: unknown) => isSpent(error) && setRequestId(newRequestId()), []);
  return { requestId, finish, failed };
}
