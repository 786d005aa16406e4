import { updateCurrent } from "../api/current";
import { ApiError, asApiError } from "../api/errors";
import { create, type Row, type Saved, update } from "../api/resources";
import { t } from "../i18n/translate";
import { knownAs } from "../state/session";
import { drop, isThere, put, type Waiting, waiting, type Write } from "./outbox";

const HOUR = 3_600_000;
/** The service knows a request id for 72 hours: after that, a repetition could be a second record. */
const KNOWN_FOR = 70 * HOUR;

export const isAway = (error: unknown): boolean => error instanceof ApiError && error.code === "NO_ANSWER";

/** Sends a write; returns null if it has to wait for the connection. */
export async function sendOrKeep(write: Write): Promise<Saved | null> {
  if (!navigator.onLine && keepWrite(write, null)) return null;
  try {
    return await first(write);
  } catch (error) {
    // It may have arrived: it is sent again with the same request id.
    if (isAway(error) && keepWrite(write, Date.now())) return null;
    throw error;
  }
}

/** False if its user is unknown. */
export function keepWrite(write: Write, attemptedAt: number | null): boolean {
  const who = knownAs();
  if (who === null) return false;
  put({ ...write, at: Date.now(), who, attemptedAt, problem: null });
  return true;
}

const first = ({ resource, id, requestId, content }: Write): Promise<Saved> =>
  id === undefined ? create(resource, requestId, content) : update(resource, id, requestId, content, null);

class Overtaken extends Error {
  constructor(readonly theirs: Row) {
    super(t("conflict.title"));
  }
}

export const differs = (one: unknown, other: unknown) => JSON.stringify(one ?? null) !== JSON.stringify(other ?? null);

/** Sends the change with the version that was shown, so that it does not overwrite later changes of others. */
async function change(write: Write & { id: string }): Promise<void> {
  const { resource, id, requestId, content, seen } = write;
  const open = (row: Row) => Object.keys(content).filter((name) => differs(row[name], content[name]));
  await updateCurrent({
    resource,
    id,
    requestId,
    content,
    isDone: ({ row }) => open(row).length === 0,
    check: ({ row }) => {
      if (seen && open(row).some((name) => differs(row[name], seen[name]))) throw new Overtaken(row);
    },
  });
}

async function again(entry: Waiting): Promise<void> {
  if (entry.id !== undefined) return change({ ...entry, id: entry.id });
  await create(entry.resource, entry.requestId, entry.content);
}

/** Whether another attempt may succeed without the reader. */
const passes = (error: ApiError): boolean =>
  isAway(error) || error.status === 401 || error.status === 429 || error.status >= 500;

/** Sends one; false if the others have to wait too. */
async function sendOne(entry: Waiting): Promise<boolean> {
  const sent = { ...entry, attemptedAt: entry.attemptedAt ?? Date.now() };
  put(sent);
  try {
    await again(sent);
    drop(entry.requestId);
    return true;
  } catch (error) {
    const found = asApiError(error);
    if (passes(found)) return false;
    const problem = { message: found.message, requestId: found.requestId };
    put({ ...sent, problem: error instanceof Overtaken ? { ...problem, theirs: error.theirs } : problem });
    return true;
  }
}

function isUncertain(entry: Waiting): boolean {
  return entry.id === undefined && entry.attemptedAt !== null && Date.now() - entry.attemptedAt > KNOWN_FOR;
}

async function sendAll(): Promise<number> {
  let count = 0;
  for (const entry of waiting()) {
    if (entry.problem !== null || !isThere(entry.requestId)) continue;
    if (isUncertain(entry)) {
      put({ ...entry, problem: { message: t("outbox.uncertain"), requestId: entry.requestId } });
      continue;
    }
    if (!(await sendOne(entry))) break;
    if (!isThere(entry.requestId)) count += 1;
  }
  return count;
}

let sending = false;

/** Sends what waits, in order, in one tab at a time; returns how many were sent. */
export async function sendWaiting(): Promise<number> {
  if (sending || !navigator.onLine || waiting().length === 0) return 0;
  sending = true;
  try {
    // Old browsers have no Web Locks. There two tabs may send the same write, and the request id makes it happen once.
    if (!("locks" in navigator)) return await sendAll();
    return await navigator.locks.request("crm.outbox", { ifAvailable: true }, (lock) => (lock === null ? 0 : sendAll()));
  } finally {
    sending = false;
  }
}
