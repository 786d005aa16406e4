import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

import { idOf, type Resource, type Row } from "../api/resources";
import { useT } from "../i18n/translate";
import type { Rows } from "./useRows";

interface Props {
  resource: Resource;
  rows: Rows;
  card: (row: Row) => ReactNode;
  onOpen: (id: string) => void;
}

const HEIGHT = 89;

/** The list of a phone: one card a record. */
export function RecordCards({ resource, rows, card, onOpen }: Props) {
  const t = useT();
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => frame.current,
    estimateSize: () => HEIGHT,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const { show } = rows;
  useEffect(() => show(first, last), [show, first, last]);
  return (
    <div ref={frame} className="cards">
      <ul aria-label={t(`type.${resource}`)} style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows.rowAt(item.index);
          return (
            <li key={item.index} style={{ position: "absolute", left: 0, right: 0, transform: `translateY(${item.start}px)`, height: HEIGHT }}>
              <button type="button" className="rc" disabled={!row} onClick={() => row && onOpen(idOf(resource, row))}>
                {row ? card(row) : <span className="skel" style={{ width: "60%" }} />}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
