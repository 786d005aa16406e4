import { useEffect, useMemo, useState } from "react";

import { keepPlace, placeIn } from "./place";

/** The chosen rows: by their ids, or all that a filter finds. */
export function useSelection(list: string) {
  const [ids, setIds] = useState<ReadonlySet<string>>(() => placeIn(list).ids);
  const [everything, setEverything] = useState(() => placeIn(list).everything);
  useEffect(() => keepPlace(list, { ids, everything }), [list, ids, everything]);
  return useMemo(() => {
    const change = (next: ReadonlySet<string>) => {
      setEverything(false);
      setIds(next);
    };
    return {
      ids: [...ids],
      everything,
      count: ids.size,
      has: (id: string) => everything || ids.has(id),
      toggle: (id: string) => {
        const next = new Set(ids);
        if (!next.delete(id)) next.add(id);
        change(next);
      },
      addAll: (more: string[]) => change(new Set([...ids, ...more])),
      chooseEverything: () => setEverything(true),
      clear: () => change(new Set()),
    };
  }, [ids, everything]);
}

export type Selection = ReturnType<typeof useSelection>;
