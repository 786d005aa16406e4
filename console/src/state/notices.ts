import { store, useStore } from "./store";

/** What concerns the whole page: the network is away, or the service asks to wait. */
interface Notices {
  offline: boolean;
  waitingUntil: number | null;
  /** A newer console is there, for the next load of the page. */
  updated: boolean;
}

const notices = store<Notices>({ offline: !navigator.onLine, waitingUntil: null, updated: false });

export function setOffline(offline: boolean): void {
  if (notices.get().offline !== offline) notices.set((now) => ({ ...now, offline }));
}

export function waitUntil(waitingUntil: number | null): void {
  notices.set((now) => ({ ...now, waitingUntil }));
}

export function setUpdated(): void {
  notices.set((now) => ({ ...now, updated: true }));
}

window.addEventListener("offline", () => setOffline(true));
window.addEventListener("online", () => setOffline(false));

export const useNotices = () => useStore(notices);
