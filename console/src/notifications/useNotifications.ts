import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, body } from "../api/client";
import { caller, whoami } from "../api/resources";
import type { Notification, Unread } from "../api/schema";
import { newRequestId } from "../state/intent";

export type { Notification };

const KEY = ["notifications"];
const UNREAD = [...KEY, "unread"];
/** The long poll starts only after the first screen is drawn. */
const FIRST_MS = 4_000;
/** After a failure, or where other pages of the user wait already. */
const LATER_MS = 60_000;
const WAIT_SECONDS = 25;
const SHOWN = 30;

const written = () => ({ ...caller(), "X-Request-ID": newRequestId() });

async function unreadNow(after?: string, signal?: AbortSignal): Promise<Unread> {
  const query = after === undefined ? {} : { after, wait: WAIT_SECONDS };
  return body(api.GET("/notifications/unread", { params: { header: caller(), query }, ...(signal && { signal }) }));
}

/** Whether the caller is a user, who can have notifications. */
export const useHasBell = (): boolean => useQuery(whoami).data?.user != null;

/** The number of unread notifications, kept up to date while the page is looked at. */
export function useUnread(): Unread | undefined {
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: UNREAD, queryFn: ({ signal }) => unreadNow(undefined, signal) });
  useEffect(() => {
    const ended = new AbortController();
    let timer = 0;
    const later = (ms: number) => {
      timer = window.setTimeout(() => void look(), ms);
    };
    const look = async () => {
      if (document.visibilityState !== "visible") {
        later(FIRST_MS);
        return;
      }
      try {
        const known = queries.getQueryData<Unread>(UNREAD);
        const found = await unreadNow(known?.next, ended.signal);
        if (ended.signal.aborted) return;
        queries.setQueryData(UNREAD, found);
        if (found.next !== known?.next) void queries.invalidateQueries({ queryKey: [...KEY, "list"] });
        later(known === undefined ? FIRST_MS : 0);
      } catch {
        if (!ended.signal.aborted) later(LATER_MS);
      }
    };
    later(FIRST_MS);
    return () => {
      ended.abort();
      window.clearTimeout(timer);
    };
  }, [queries]);
  return data;
}

export function useNotifications() {
  return useQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ signal }) =>
      body(api.GET("/notifications", { params: { header: caller(), query: { pageSize: SHOWN } }, signal })),
  });
}

/** Marks one, or all, as read. */
export function useMarkRead() {
  const queries = useQueryClient();
  return async (id?: string) => {
    const answer =
      id === undefined
        ? api.POST("/notifications/read", { params: { header: written() } })
        : api.POST("/notifications/{notification_id}/read", { params: { header: written(), path: { notification_id: id } } });
    queries.setQueryData(UNREAD, await body(answer));
    await queries.invalidateQueries({ queryKey: [...KEY, "list"] });
  };
}

/** Where it leads: to the customer of the record, else to the list that has it. */
export function placeOf(of: Notification): string | null {
  if (of.kind === "handover") return "/today";
  if (of.recordId === null) return null;
  return of.customerId ? `/customers/${of.customerId}` : "/tasks";
}
