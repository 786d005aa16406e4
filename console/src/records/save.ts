import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { updateCurrent } from "../api/current";
import { ApiError, asApiError } from "../api/errors";
import { idOf, type Page, type Resource, type Row, type Saved } from "../api/resources";
import { warnOf } from "../duplicates/warnings";
import { t } from "../i18n/translate";
import { differs, isAway, keepWrite } from "../outbox/send";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { titleOf } from "./fields";

/** Somebody else has changed the same members since the reader saw them. */
export interface Conflict {
  resource: Resource;
  seen: Row;
  current: Saved;
  changes: Row;
  fields: string[];
}

class Conflicting extends Error {
  constructor(readonly conflict: Conflict) {
    super();
  }
}

/** What was typed before a conflict, to go on with. */
export interface Kept {
  id: string;
  changes: Row;
}

/** The tenant refuses what would be alike, unless somebody says why it is not. */
interface Suspicion {
  seen: Row;
  changes: Row;
  error: ApiError;
}

export const recordKey = (resource: Resource, id: string) => [resource, "record", id];

function inLists(queries: QueryClient, resource: Resource, id: string, changes: Row): void {
  queries.setQueriesData<Page>({ queryKey: [resource, "list"] }, (page) =>
    page && { ...page, data: page.data.map((row) => (idOf(resource, row) === id ? { ...row, ...changes } : row)) },
  );
}

const pick = (row: Row, changes: Row): Row => Object.fromEntries(Object.keys(changes).map((name) => [name, row[name] ?? null]));

/** Shown only as the service has it. */
const MONEY = new Set<Resource>(["contract", "payment"]);

/** Saves changes of what the reader saw; two people who change one member get both values shown. */
export function useSave(resource: Resource) {
  const queries = useQueryClient();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [kept, setKept] = useState<Kept | null>(null);
  const [suspicion, setSuspicion] = useState<Suspicion | null>(null);

  const settle = useCallback(
    (id: string, done: Saved) => {
      // An answer lacks what a list had embedded.
      inLists(queries, resource, id, done.row);
      queries.setQueryData(recordKey(resource, id), (before: Saved | undefined) => ({
        row: { ...before?.row, ...done.row },
        etag: done.etag,
      }));
      void queries.invalidateQueries({ queryKey: [resource] });
    },
    [queries, resource],
  );

  /** At once, everywhere the record is shown. */
  const show = useCallback(
    (id: string, values: Row, etag?: string | null) => {
      inLists(queries, resource, id, values);
      queries.setQueryData(
        recordKey(resource, id),
        (before: Saved | undefined) => before && { ...before, row: { ...before.row, ...values }, ...(etag !== undefined && { etag }) },
      );
    },
    [queries, resource],
  );

  const save = useCallback(
    async (seen: Row, changes: Row, etag: string | null = null, allow = ""): Promise<boolean> => {
      const id = idOf(resource, seen);
      const requestId = newRequestId();
      setKept(null);
      show(id, MONEY.has(resource) ? {} : changes);
      try {
        const check = (current: Saved) => {
          const fields = Object.keys(changes).filter(
            (name) => differs(current.row[name], seen[name]) && differs(current.row[name], changes[name]),
          );
          if (fields.length > 0) throw new Conflicting({ resource, seen, current, changes, fields });
        };
        const done = await updateCurrent({ resource, id, requestId, content: changes, etag, allow, check });
        settle(id, done);
        warnOf(done.row);
        return true;
      } catch (error) {
        if (error instanceof Conflicting) {
          const { conflict: found } = error;
          setConflict(found);
          show(id, found.current.row, found.current.etag);
          return false;
        }
        const write = { requestId, resource, id, content: changes, seen: pick(seen, changes), title: titleOf(resource, seen) };
        if (isAway(error) && !MONEY.has(resource) && keepWrite(write, Date.now())) {
          toast(t("outbox.kept"));
          return true;
        }
        show(id, seen);
        if (error instanceof ApiError && error.code === "DUPLICATE_SUSPECTED") setSuspicion({ seen, changes, error });
        else toast(asApiError(error).message, { tone: "danger" });
        return false;
      }
    },
    [resource, settle, show],
  );

  /** The reader has chosen: with the version that was shown. */
  const resolve = useCallback(
    async (chosen: Row) => {
      if (conflict === null) return;
      const { current } = conflict;
      setConflict(null);
      if (Object.keys(chosen).length === 0) {
        void queries.invalidateQueries({ queryKey: [resource] });
        return;
      }
      await save(current.row, chosen, current.etag);
    },
    [conflict, queries, resource, save],
  );

  /** Back to what was typed, with what the other one saved below it. */
  const dismiss = () => {
    if (conflict) setKept({ id: idOf(resource, conflict.seen), changes: conflict.changes });
    setConflict(null);
  };

  const saveAnyway = async (reason: string) => {
    if (suspicion === null) return;
    setSuspicion(null);
    await save(suspicion.seen, suspicion.changes, null, reason);
  };

  return { resource, save, conflict, resolve, dismiss, kept, release: () => setKept(null), suspicion, saveAnyway, giveUp: () => setSuspicion(null) };
}

export type Saving = ReturnType<typeof useSave>;
