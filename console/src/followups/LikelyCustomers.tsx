import { useQuery } from "@tanstack/react-query";

import { list, whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { written } from "../records/filter";
import type { About } from "../state/layers";
import { recent } from "../state/recent";

const MOST = 4;
const idOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** Those whose next contact is due: one's own, where the caller is one. */
function useDue(): About[] {
  const { data: caller } = useQuery(whoami);
  const own = caller?.user ? [{ field: "ownerId", op: "=", value: "me" }] : [];
  const filter = written({ any: false, conditions: [{ field: "nextContactAt", op: "<=", value: "today" }, ...own] });
  const { data } = useQuery({
    queryKey: ["customer", "due", filter],
    queryFn: ({ signal }) => list("customer", { filter, sort: "nextContactAt", fields: "name", pageSize: MOST }, signal),
    enabled: caller !== undefined,
  });
  return data?.data.map((row) => ({ customerId: row["customerId"] as string, name: row["name"] as string })) ?? [];
}

/** A note is most often about a customer that was opened last, or that is to be contacted: a touch instead of words. */
export function LikelyCustomers({ onChoose }: { onChoose: (about: About) => void }) {
  const t = useT();
  const due = useDue();
  const last = recent()
    .filter((each) => each.type === "customer")
    .slice(0, MOST)
    .map(({ path, title }) => ({ customerId: idOf(path), name: title }));
  const others = due.filter((each) => !last.some((one) => one.customerId === each.customerId));
  return (
    <>
      <Group label={t("palette.recent")} found={last} onChoose={onChoose} />
      <Group label={t("list.late")} found={others} onChoose={onChoose} />
    </>
  );
}

function Group({ label, found, onChoose }: { label: string; found: About[]; onChoose: (about: About) => void }) {
  if (found.length === 0) return null;
  return (
    <div className="likely" role="group" aria-label={label}>
      <span className="sm mut">{label}</span>
      {found.map((each) => (
        <button key={each.customerId} type="button" className="mi" onClick={() => onChoose(each)}>
          <span className="el">{each.name}</span>
        </button>
      ))}
    </div>
  );
}
