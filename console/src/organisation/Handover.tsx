import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Handover as Answer, HandoverCounts } from "../api/schema";
import { fullTime } from "../format/dates";
import { useT } from "../i18n/translate";
import { people, useNames } from "../people/useNames";
import { newRequestId } from "../state/intent";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Choice, Field, Text } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { Failed, FormFault, SkeletonLines } from "../ui/States";
import { continueHandover, startHandover, undoHandover } from "./useOrganisation";
import { AskAdmin } from "./Users";

const KINDS = ["customers", "opportunities", "tasks"] as const;
const LABELS = { customers: "nav.customers", opportunities: "nav.deals", tasks: "nav.tasks" } as const;
const sumOf = (counts: HandoverCounts) => KINDS.reduce((sum, kind) => sum + counts[kind], 0);
const plus = (one: HandoverCounts, other: HandoverCounts): HandoverCounts => ({
  customers: one.customers + other.customers,
  opportunities: one.opportunities + other.opportunities,
  tasks: one.tasks + other.tasks,
});

interface Plan {
  from: string;
  /** How many shares each receiver gets. */
  to: Record<string, number>;
  opportunities: boolean;
  tasks: boolean;
}

const bodyOf = (plan: Plan, dryRun: boolean) => ({
  fromUserId: plan.from,
  to: Object.entries(plan.to).map(([userId, share]) => ({ userId, share })),
  // The contract describes it as an object of its own.
  include: { opportunities: plan.opportunities, tasks: plan.tasks } as unknown as Record<string, never>,
  dryRun,
});

/** Gives all in steps, as the service does it; a repetition of the first step does nothing twice. */
async function giveAll(plan: Plan, requestId: string, onStep: (answer: Answer) => void): Promise<Answer> {
  let answer = await startHandover(requestId, bodyOf(plan, false));
  onStep(answer);
  while (!answer.complete && answer.handoverId) {
    answer = await continueHandover(answer.handoverId);
    onStep(answer);
  }
  return answer;
}

/** Takes back in steps, until a step brings nothing more. */
async function undoAll(handover: Answer): Promise<Answer> {
  const id = handover.handoverId ?? "";
  let answer = await undoHandover(id);
  for (let before = -1; ; ) {
    const now = sumOf(plus(answer.returned, answer.skipped));
    if (now >= sumOf(answer.given) || now === before) return answer;
    before = now;
    answer = await undoHandover(id);
  }
}

export function Handover({ from, admin }: { from: string; admin: boolean }) {
  const t = useT();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(people);
  const [plan, setPlan] = useState<Plan>({ from, to: {}, opportunities: true, tasks: true });
  const [requestId, setRequestId] = useState(newRequestId);
  const [step, setStep] = useState<Answer | null>(null);
  const counting = useMutation({ mutationFn: () => startHandover(newRequestId(), bodyOf(plan, true)) });
  const giving = useMutation({
    mutationFn: () => giveAll(plan, requestId, setStep),
    onSuccess: () => {
      setRequestId(newRequestId());
      void queries.invalidateQueries();
    },
  });
  const undoing = useMutation({ mutationFn: undoAll, onSuccess: () => void queries.invalidateQueries() });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={5} />;
  if (!admin) return <AskAdmin />;
  const change = (next: Plan) => {
    setPlan(next);
    setRequestId(newRequestId());
    counting.reset();
    giving.reset();
    undoing.reset();
    setStep(null);
  };
  const receivers = data.filter((each) => each.status === "active" && each.userId !== plan.from);
  const ready = plan.from !== "" && Object.keys(plan.to).length > 0;
  return (
    <>
      <p className="mut" style={{ marginBottom: 16 }}>{t("hand.hint")}</p>
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
      <div className="row g8" style={{ margin: "16px 0" }}>
        <Button busy={counting.isPending} disabled={!ready || giving.isPending} onClick={() => counting.mutate()}>{t("bulk.check")}</Button>
        {counting.data && !giving.data && (
          <Button look="primary" busy={giving.isPending} disabled={sumOf(counting.data.remaining) === 0} onClick={() => giving.mutate()}>
            {t("hand.do", { n: sumOf(counting.data.remaining) })}
          </Button>
        )}
      </div>
      <FormFault error={counting.error ?? giving.error ?? undoing.error} />
      {counting.data && !step && <Counts counts={counting.data.remaining} title={t("hand.preview")} />}
      {step && <Result step={step} undone={undoing.data ?? null} busy={giving.isPending} undoing={undoing.isPending} onUndo={() => undoing.mutate(step)} />}
    </>
  );
}

function Receivers({ plan, ids, onChange }: { plan: Plan; ids: string[]; onChange: (plan: Plan) => void }) {
  const t = useT();
  const names = useNames();
  const shares = Object.values(plan.to).reduce((sum, each) => sum + each, 0);
  const set = (id: string, share: number | null) => {
    const to = { ...plan.to };
    if (share === null) Reflect.deleteProperty(to, id);
    else to[id] = share;
    onChange({ ...plan, to });
  };
  return (
    <div role="group" aria-label={t("hand.to")}>
      <span className="lab">{t("hand.to")}</span>
      <div className="card clip" style={{ maxWidth: 560 }}>
        {ids.length === 0 && <p className="mut" style={{ padding: 12 }}>{t("hand.nobody")}</p>}
        {ids.map((id) => {
          const share = plan.to[id];
          return (
            <div key={id} className="li">
              <label className="row g8 sp">
                <input type="checkbox" className="cb" checked={share !== undefined} onChange={(event) => set(id, event.target.checked ? 1 : null)} />
                <Person id={id} name={names(id)} />
                <span className="el">{names(id)}</span>
              </label>
              {share !== undefined && (
                <>
                  <span className="sm mut">{t("hand.share", { n: Math.round((share / shares) * 100) })}</span>
                  <Text type="number" min={1} max={100} style={{ width: 72 }} aria-label={t("hand.shareOf", { name: names(id) })} value={share} onChange={(event) => set(id, Math.min(100, Math.max(1, Math.round(Number(event.target.value)) || 1)))} />
                </>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Counts({ counts, title }: { counts: HandoverCounts; title: string }) {
  const t = useT();
  return (
    <section aria-label={title} style={{ maxWidth: 560 }}>
      <h2 className="h">{title}</h2>
      <div className="card trio">
        {KINDS.map((kind) => (
          <div key={kind}>
            <span>{t(LABELS[kind])}</span>
            <b>{counts[kind].toLocaleString("en-US")}</b>
          </div>
        ))}
      </div>
    </section>
  );
}

function Result({ step, undone, busy, undoing, onUndo }: { step: Answer; undone: Answer | null; busy: boolean; undoing: boolean; onUndo: () => void }) {
  const t = useT();
  const { language } = usePreferences();
  const [given, rest] = [sumOf(step.given), sumOf(step.remaining)];
  return (
    <div className="col g12" role="status">
      <Counts counts={undone ? undone.returned : step.given} title={undone ? t("hand.returned") : t("hand.given")} />
      {busy && <span className="pbar" style={{ maxWidth: 560 }}><i style={{ width: `${(given / Math.max(1, given + rest)) * 100}%` }} /></span>}
      {undone && sumOf(undone.skipped) > 0 && <p className="note w"><Icon name="info" />{t("hand.skipped", { n: sumOf(undone.skipped) })}</p>}
      {!busy && !undone && (
        <div className="row g12 wrap">
          <Button icon="undo" busy={undoing} onClick={onUndo}>{t("action.undo")}</Button>
          {step.undoableUntil && <span className="sm mut">{t("hand.until", { time: fullTime(step.undoableUntil, language) })}</span>}
        </div>
      )}
    </div>
  );
}
