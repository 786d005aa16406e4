import type { Row } from "../api/resources";
import { session } from "../state/session";
import { store, useStore } from "../state/store";

/** A task that was completed on this page, and its place in the list. */
interface Done {
  row: Row;
  section: string;
  place: number;
}

const SHOWN_FOR = 5 * 60_000;
const done = store<Done[]>([]);

const idOf = (row: Row) => row["taskId"];

export function forget(row: Row): void {
  done.set((now) => now.filter((each) => idOf(each.row) !== idOf(row)));
}

/** A completed task stays visible for five minutes, so that a mistake can be undone. */
export function markDone(row: Row, section: string, place: number): void {
  forget(row);
  done.set((now) => [...now, { row, section, place }]);
  window.setTimeout(() => forget(row), SHOWN_FOR);
}

// Another user of this tab must not see it.
let whose = session.get().session;
session.subscribe(() => {
  if (session.get().session === whose) return;
  whose = session.get().session;
  done.set([]);
});

export const useDone = (): Done[] => useStore(done);

/** The rows of a section with those that were ticked in their places. */
export function withDone(rows: Row[], ticked: Done[]): { row: Row; done: boolean }[] {
  const ids = new Set(ticked.map((each) => idOf(each.row)));
  const all = rows.filter((row) => !ids.has(idOf(row))).map((row) => ({ row, done: false }));
  for (const each of [...ticked].sort((one, other) => one.place - other.place)) {
    all.splice(each.place, 0, { row: each.row, done: true });
  }
  return all;
}
