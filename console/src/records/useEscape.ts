import { useKeys } from "../ui/hooks";
import type { ListState } from "./useListState";
import type { Selection } from "./useSelection";

/** Escape undoes one thing after the other: what is beside the list, then what is selected. */
export function useEscape(state: ListState, selection: Selection): void {
  useKeys({
    Escape: (event) => {
      if (state.open || state.creating) {
        document.querySelector<HTMLElement>(".grid")?.focus({ preventScroll: true });
        if (state.open) state.setOpen(null);
        else state.setCreating(false);
        return true;
      }
      const typing = (event.target as HTMLElement).matches("input:not(.cb)");
      if (selection.count === 0 || typing) return false;
      selection.clear();
      return true;
    },
  });
}
