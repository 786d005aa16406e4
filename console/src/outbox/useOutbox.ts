import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { useNotices } from "../state/notices";
import { useSession } from "../state/session";
import { toast } from "../state/toasts";
import { useWaiting } from "./outbox";
import { sendWaiting } from "./send";

const EVERY = 15_000;

/** Sends what waits as soon as there is a connection, and says so. */
export function useSendWaiting(): () => void {
  const t = useT();
  const queries = useQueryClient();
  return useCallback(() => {
    void sendWaiting().then((count) => {
      if (count === 0) return;
      void queries.invalidateQueries();
      toast(t("outbox.sent", { n: count }));
    });
    // The sentence is written in the current language.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [queries]);
}

export function useOutbox(): void {
  useQuery(whoami);
  const { who, refused } = useSession();
  const { offline } = useNotices();
  const open = useWaiting().filter((each) => each.problem === null).length;
  const send = useSendWaiting();
  useEffect(() => {
    if (who === null || refused !== null || open === 0) return;
    send();
    const timer = window.setInterval(send, EVERY);
    return () => window.clearInterval(timer);
  }, [who, refused, offline, open, send]);
}
