import { useQuery } from "@tanstack/react-query";

import { type Field, list, type Resource } from "../api/resources";
import { type Key, useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Empty, SkeletonLines } from "../ui/States";
import { type Filter, flat, isGroup, type Term, written } from "./filter";
import { useDescribe } from "./useDescribe";

interface Props {
  resource: Resource;
  fields: Field[];
  filter: Filter;
  onChange: (filter: Filter) => void;
  onClear: () => void;
}

interface Step {
  condition: Term;
  /** How many match it and those before it. */
  left: number;
}

/** With more conditions the counts would cost too many requests. */
const MOST = 6;

async function countOf(resource: Resource, conditions: Term[], signal: AbortSignal): Promise<number> {
  const page = await list(resource, { filter: written({ any: false, conditions }), withTotal: true, pageSize: 1 }, signal);
  return page.total ?? 0;
}

/** The condition without which most are left comes last; the others narrow the list in their order. */
async function stepsOf(resource: Resource, conditions: Term[], signal: AbortSignal): Promise<Step[]> {
  const without = (at: number) => conditions.filter((_, place) => place !== at);
  const kept = await Promise.all(conditions.map((_, at) => countOf(resource, without(at), signal)));
  const worst = kept.indexOf(Math.max(...kept));
  const others = without(worst);
  const counts = await Promise.all(others.slice(1).map((_, at) => countOf(resource, others.slice(0, at + 1), signal)));
  const steps = others.map((condition, at) => ({ condition, left: counts[at] ?? (kept[worst] as number) }));
  return [...steps, { condition: conditions[worst] as Term, left: 0 }];
}

/** Shows which condition leaves no rows, with a button that removes only that one. */
export function FilteredEmpty({ resource, fields, filter, onChange, onClear }: Props) {
  const t = useT();
  const { conditions } = filter;
  const several = !filter.any && conditions.length > 1 && conditions.length <= MOST;
  const { data: steps, isPending } = useQuery({
    queryKey: [resource, "narrowing", conditions],
    queryFn: ({ signal }) => stepsOf(resource, conditions, signal),
    enabled: several,
  });
  const title = t("list.empty", { what: t(`type.${resource}` as Key) });
  if (several && isPending) {
    return (
      <Empty title={title}>
        <SkeletonLines lines={conditions.length} />
      </Empty>
    );
  }
  const worst = steps?.at(-1)?.condition;
  const left = steps?.at(-2)?.left ?? 0;
  if (steps && worst && left > 0) {
    const drop = () => onChange({ ...filter, conditions: conditions.filter((each) => each !== worst) });
    return <Waterfall {...{ title, fields, steps, worst, left, onClear }} onDrop={drop} />;
  }
  return (
    <Empty icon="filter" title={title} hint={t("list.emptyHint")}>
      <Button onClick={onClear}>{t("list.clear")}</Button>
    </Empty>
  );
}

interface FallProps {
  title: string;
  fields: Field[];
  steps: Step[];
  worst: Term;
  left: number;
  onDrop: () => void;
  onClear: () => void;
}

function Waterfall({ title, fields, steps, worst, left, onDrop, onClear }: FallProps) {
  const t = useT();
  const describe = useDescribe(fields, flat({ any: false, conditions: steps.map((each) => each.condition) }));
  const partsOf = (term: Term) => (isGroup(term) ? term.conditions : [term]).map(describe);
  const joined = (texts: string[]) => texts.join(` ${t("list.or")} `);
  const sentence = (term: Term) => joined(partsOf(term).map((each) => Object.values(each).filter(Boolean).join(" ")));
  const most = Math.max(1, ...steps.map((each) => each.left));
  const text = (n: number) => n.toLocaleString("en-US");
  return (
    <div className="state" role="status">
      <h2>{title}</h2>
      <p>{t("list.narrowest", { n: steps.length, what: sentence(worst) })}</p>
      <div className="card fall">
        {steps.map((step) => (
          <div key={JSON.stringify(step.condition)} className={step.condition === worst ? "amber" : ""}>
            <span>{sentence(step.condition)}</span>
            <span className="pbar" aria-hidden="true">
              <i style={{ width: `${(step.left / most) * 100}%` }} />
            </span>
            <b>{text(step.left)}</b>
          </div>
        ))}
      </div>
      <div className="row g8 wrap">
        <Button look="primary" onClick={onDrop}>
          {t("list.without", { what: joined(partsOf(worst).map((each) => each.field)), n: text(left) })}
        </Button>
        <Button onClick={onClear}>{t("list.clearAll")}</Button>
      </div>
    </div>
  );
}
