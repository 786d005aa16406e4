import type { Field } from "../api/resources";
import { useLabel } from "../i18n/translate";

export interface Stage {
  value: number;
  name: string;
}

/** The last two are the ends of the pipeline: won and lost. */
const ENDS = 2;

export interface Stages {
  open: Stage[];
  won: Stage | undefined;
  lost: Stage | undefined;
}

export function useStages(fields: Field[]): Stages {
  const label = useLabel();
  const all = (fields.find((each) => each.name === "stage")?.options ?? []).map((each) => ({
    value: each.value as number,
    name: label(each.label),
  }));
  return { open: all.slice(0, -ENDS), won: all.at(-2), lost: all.at(-1) };
}

export interface Deal {
  opportunityId: string;
  customerId: string;
  title: string;
  stage: number;
}
