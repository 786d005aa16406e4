import { useLocation, useSearch } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";

/** In the history of a record's page: the address of the list that it was opened from. */
interface FromList {
  list: string;
}

/** Goes to the page of a record, which then walks through the list and leads back to it. */
export function useGoFromList(): (to: string) => void {
  const [, go] = useLocation();
  const search = useSearch();
  return (to) => {
    const list = new URLSearchParams(search);
    list.delete("open");
    list.delete("new");
    go(to, { state: { list: list.toString() } satisfies FromList });
  };
}

/** The parameters of the list; null where the page was opened otherwise. */
export function useFromList(): string | null {
  const state = useHistoryState<FromList | null>();
  return typeof state?.list === "string" ? state.list : null;
}
