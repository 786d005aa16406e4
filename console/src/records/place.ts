import { session } from "../state/session";

/** Where a reader was in a list: what is chosen, the row of the keys, and how far it was scrolled. In memory only. */
export interface Place {
  scroll: number;
  at: number;
  ids: ReadonlySet<string>;
  everything: boolean;
}

const START: Place = { scroll: 0, at: -1, ids: new Set(), everything: false };
const places = new Map<string, Place>();

/** Which list it is: its address without what is open beside it. */
export function listKey(path: string, filter: string, sort: string, view: string | null, page: number): string {
  const { tenant, user } = session.get().session ?? {};
  return JSON.stringify([tenant, user, path, filter, sort, view, page]);
}

export const placeIn = (list: string): Place => places.get(list) ?? START;

export function keepPlace(list: string, part: Partial<Place>): void {
  places.set(list, { ...placeIn(list), ...part });
}
