import type { Resource } from "../api/resources";
import { useT } from "../i18n/translate";
import type { Rows } from "./useRows";

const text = (n: number) => n.toLocaleString("en-US");

export function ListFoot({ rows, resource }: { rows: Rows; resource: Resource }) {
  const t = useT();
  const count = () => {
    if (rows.total === null) return t("list.countUnknown");
    if (rows.isMinimum) return t("list.countMin", { n: text(rows.total) });
    return t(resource === "customer" ? "list.count" : "list.countAny", { n: text(rows.total) });
  };
  return (
    <footer className="foot" role="status" aria-live="polite">
      <span>{count()}</span>
      {rows.cut && <span>{t("list.firstOnly", { n: text(rows.count) })}</span>}
    </footer>
  );
}
