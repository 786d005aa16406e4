import type { Field } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { isGroup, plain, type Term } from "../records/filter";
import { useListState } from "../records/useListState";
import { Segments } from "../ui/Button";

/** All contracts, or those with one status: a condition of the filter like others. */
export function StatusTabs({ fields }: { fields: Field[] }) {
  const t = useT();
  const label = useLabel();
  const { filter, setFilter } = useListState();
  const status = fields.find((each) => each.name === "status");
  if (!status) return null;
  const isStatus = (each: Term) => !isGroup(each) && each.field === "status" && each.op === "=";
  const asked = plain(filter).find(isStatus)?.value;
  const chosen = status.options.find((each) => each.value === asked);
  const choose = (value: string) => {
    const option = status.options.find((each) => String(each.value) === value);
    const others = filter.conditions.filter((each) => !isStatus(each));
    setFilter({ ...filter, conditions: option ? [...others, { field: "status", op: "=", value: option.value }] : others });
  };
  return (
    <Segments
      label={label(status.label)}
      value={chosen ? String(chosen.value) : ""}
      options={[{ value: "", label: t("contract.all") }, ...status.options.map((each) => ({ value: String(each.value), label: label(each.label) }))]}
      onChange={choose}
    />
  );
}
