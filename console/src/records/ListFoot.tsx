import type { Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import { IconButton } from "../ui/Button";
import type { Shown } from "./usePaging";

const text = (n: number) => n.toLocaleString("en-US");

export function ListFoot({ rows, resource, count }: { rows: Shown; resource: Resource; count: number }) {
  const t = useT();
  const total = () => {
    if (rows.total === null) return t("list.countUnknown");
    if (rows.isMinimum) return t("list.countMin", { n: text(rows.total) });
    return t(resource === "customer" ? "list.count" : "list.countAny", { n: text(rows.total) });
  };
  return (
    <footer className="foot">
      <span role="status" aria-live="polite">
        {total()}
      </span>
      {rows.cut && <span>{t("list.firstOnly", { n: text(count) })}</span>}
      <span className="sp" />
      {rows.pages > 1 && (
        <nav className="row g4" aria-label={t("list.pages")}>
          <span>{t("list.range", { from: text(rows.offset + 1), to: text(rows.offset + rows.count) })}</span>
          <IconButton small icon="left" label={t("list.pageBefore")} disabled={rows.page === 1} onClick={() => rows.turn(-1)} />
          <b>{t("record.place", { n: text(rows.page), total: text(rows.pages) })}</b>
          <IconButton small icon="right" label={t("list.pageAfter")} disabled={rows.page === rows.pages} onClick={() => rows.turn(1)} />
        </nav>
      )}
    </footer>
  );
}
