/** Writes that wait for the connection. Each is stored under its request id until it is sent or discarded. */
import type { Resource, Row } from "../api/resources";
import { knownAs, useSession } from "../state/session";
import { keep, store, stored, useStore } from "../state/store";

/** A new record, or with an id the change of one. */
export interface Write {
  requestId: string;
  resource: Resource;
  id?: string;
  content: Row;
  /** The values, of the members that change, that the page showed. */
  seen?: Row;
  /** What the reader knows it by. */
  title: string;
  customerId?: string;
}

export interface Problem {
  message: string;
  requestId: string;
  /** Somebody else has changed the same members: the record as it is now. */
  theirs?: Row;
}

export interface Waiting extends Write {
  at: number;
  /** The user who wrote it: nobody else sends or sees it. */
  who: string;
  /** When it was first sent, whether or not it arrived. */
  attemptedAt: number | null;
  problem: Problem | null;
}

const PREFIX = "crm.outbox.";

function read(): Waiting[] {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  const found = names.flatMap((name) => stored<Waiting>(localStorage, name) ?? []);
  return found.sort((one, other) => one.at - other.at);
}

const outbox = store<Waiting[]>(read());

// Other tabs write and send too.
window.addEventListener("storage", (event) => {
  if (event.key === null || event.key.startsWith(PREFIX)) outbox.set(read());
});

const own = (all: Waiting[]) => all.filter((each) => each.who === knownAs());

export const waiting = (): Waiting[] => own(outbox.get());

export function put(entry: Waiting): void {
  keep(localStorage, PREFIX + entry.requestId, entry);
  outbox.set((now) => [...now.filter((each) => each.requestId !== entry.requestId), entry].sort((one, other) => one.at - other.at));
}

export function drop(requestId: string): void {
  keep(localStorage, PREFIX + requestId, null);
  outbox.set((now) => now.filter((each) => each.requestId !== requestId));
}

/** Whether it still waits: another tab may have sent it meanwhile. */
export const isThere = (requestId: string): boolean => outbox.get().some((each) => each.requestId === requestId);

export function useWaiting(): Waiting[] {
  const { who } = useSession();
  return useStore(outbox).filter((each) => each.who === who);
}
