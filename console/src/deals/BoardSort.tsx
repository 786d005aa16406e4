import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";

/** The first is what the service does when nothing else is asked for: what should close next comes first. */
const ORDERS = [
  { sort: "", key: "deal.sort.urgent" },
  { sort: "-amountCents", key: "deal.sort.amount" },
  { sort: "stageSince", key: "deal.sort.age" },
] as const;

export function BoardSort({ sort, onChange }: { sort: string; onChange: (sort: string) => void }) {
  const t = useT();
  const chosen = ORDERS.find((each) => each.sort === sort);
  return (
    <Drop
      right
      label={t("list.sort")}
      button={({ toggle }) => (
        <Button look="ghost" className="hide-phone" icon="sort" onClick={toggle}>
          {chosen ? t(chosen.key) : t("list.sort")}
        </Button>
      )}
    >
      {(close) => (
        <MenuList
          close={close}
          title={t("list.sort")}
          items={ORDERS.map((each) => ({ label: t(each.key), on: each === chosen, act: () => onChange(each.sort) }))}
        />
      )}
    </Drop>
  );
}
