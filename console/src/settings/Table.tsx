import "./settings.css";

import type { ReactNode } from "react";

interface Column {
  label: string;
  className?: string;
  /** For columns of buttons: only screen readers say the label. */
  silent?: boolean;
}

/** A table that is read, not worked in: no order, selection or keys, unlike that of a list of records. */
export function Table({ columns, className = "", children }: { columns: Column[]; className?: string; children: ReactNode }) {
  return (
    <div className="card clip">
      <table className={`ct ${className}`}>
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each.label} className={each.className}>{each.silent ? <span className="sr">{each.label}</span> : each.label}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
