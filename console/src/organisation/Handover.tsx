import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Handover as Answer } from "../api/schema";
import { useT } from "../i18n/translate";
import { people } from "../people/useNames";
import { newRequestId, useRequestId } from "../state/intent";
import { Button } from "../ui/Button";
import { Choice, Field } from "../ui/Field";
import { Failed, FormFault, SkeletonLines } from "../ui/States";
import { AskAdmin } from "./AskAdmin";
import { HandoverList } from "./HandoverList";
import { Counts, HandoverResult } from "./HandoverResult";
import { bodyOf, giveAll, type Plan, sumOf, undoAll } from "./handovers";
import { Receivers } from "./Receivers";
import { startHandover } from "./useOrganisation";

export function Handover({ from, admin }: { from: string; admin: boolean }) {
  const t = useT();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(people);
  const [plan, setPlan] = useState<Plan>({ from, to: {}, opportunities: true, tasks: true });
  const { requestId, finish, failed } = useRequestId();
  const [step, setStep] = useState<Answer | null>(null);
  const counting = useMutation({ mutationFn: () => startHandover(newRequestId(), bodyOf(plan, true)) });
  const giving = useMutation({
    mutationFn: () => giveAll(plan, requestId, setStep),
    onSuccess: () => {
      finish();
      void queries.invalidateQueries();
    },
    onError: failed,
  });
  const undoing = useMutation({ mutationFn: undoAll, onSuccess: () => void queries.invalidateQueries() });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={5} />;
  if (!admin) return <AskAdmin />;
  const change = (next: Plan) => {
    setPlan(next);
    counting.reset();
    giving.reset();
    undoing.reset();
    setStep(null);
  };
  const receivers = data.filter((each) => each.status === "active" && each.userId !== plan.from);
  const ready = plan.from !== "" && Object.keys(plan.to).length > 0;
  return (
    <>
      <div className="setc" style={{ padding: 16 }}>
      <fieldset disabled={giving.isPending} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }} className="col g16">
        <Field label={t("hand.from")}>
          {(control) => (
            <Choice {...control} style={{ maxWidth: 320 }} value={plan.from} onChange={(event) => change({ ...plan, from: event.target.value, to: {} })}>
              <option value="">{t("hand.choose")}</option>
              {data.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
            </Choice>
          )}
        </Field>
        {plan.from !== "" && <Receivers plan={plan} ids={receivers.map((each) => each.userId)} onChange={change} />}
        <div className="row g16 wrap">
          {(["opportunities", "tasks"] as const).map((kind) => (
            <label key={kind} className="row g8">
              <input type="checkbox" className="cb" checked={plan[kind]} onChange={(event) => change({ ...plan, [kind]: event.target.checked })} />
              {t(`hand.${kind}`)}
            </label>
          ))}
        </div>
      </fieldset>
      <div className="row g8" style={{ marginTop: 16 }}>
        <Button busy={counting.isPending} disabled={!ready || giving.isPending} onClick={() => counting.mutate()}>{t("bulk.check")}</Button>
        {counting.data && !giving.data && (
          <Button look="primary" busy={giving.isPending} disabled={sumOf(counting.data.remaining) === 0} onClick={() => giving.mutate()}>
            {t("hand.do", { n: sumOf(counting.data.remaining) })}
          </Button>
        )}
      </div>
      </div>
      <FormFault error={counting.error ?? giving.error ?? undoing.error} />
      {counting.data && !step && <Counts counts={counting.data.remaining} title={t("hand.preview")} />}
      {step && <HandoverResult step={step} undone={undoing.data ?? null} busy={giving.isPending} undoing={undoing.isPending} onUndo={() => undoing.mutate(step)} />}
      <HandoverList except={step?.handoverId ?? null} />
    </>
  );
}
