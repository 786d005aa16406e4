import { useMemo, useState } from "react";

/** The chosen rows: by their ids, or all that a filter finds. */
export function useSelection() {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [everything, setEverything] = useState(false);
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
