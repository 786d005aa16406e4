import { usePreferences } from "../state/preferences";
import { usePhone } from "../ui/hooks";
import type { ListState } from "./useListState";
import type { Rows } from "./useRows";

export const PAGE = 50;

/** The rows that the table has: all of them to scroll through, or those of one page. */
export interface Shown extends Rows {
  /** How many rows are before the first one. */
  offset: number;
  page: number;
  pages: number;
  /** Whether there was a page to turn to. */
  turn: (by: number) => boolean;
}

export const pageOf = (place: number): number => Math.floor(place / PAGE) + 1;

export function usePaging(rows: Rows, state: ListState): Shown {
  const { paging } = usePreferences();
  const phone = usePhone();
  const paged = paging === "pages" && !phone;
  const pages = paged ? Math.max(1, Math.ceil(rows.count / PAGE)) : 1;
  const page = Math.min(state.page, pages);
  const offset = (page - 1) * PAGE;
  return {
    ...rows,
    offset,
    page,
    pages,
    count: paged ? Math.max(0, Math.min(PAGE, rows.count - offset)) : rows.count,
    rowAt: (place) => rows.rowAt(offset + place),
    placeOf: (id) => {
      const place = rows.placeOf(id);
      return place < offset || (paged && place >= offset + PAGE) ? -1 : place - offset;
    },
    show: (first, last) => rows.show(offset + first, offset + last),
    turn: (by) => {
      const next = page + by;
      if (next < 1 || next > pages) return false;
      state.setPage(next);
      return true;
    },
  };
}
