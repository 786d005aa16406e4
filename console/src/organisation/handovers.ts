/** Handovers: which records go to whom, and how a handover is run and undone. */
import type { Handover as Answer, HandoverCounts } from "../api/schema";
import { continueHandover, startHandover, undoHandover } from "./useOrganisation";

export const KINDS = ["customers", "opportunities", "tasks"] as const;
export const LABELS = { customers: "nav.customers", opportunities: "nav.deals", tasks: "nav.tasks" } as const;
export const sumOf = (counts: HandoverCounts) => KINDS.reduce((sum, kind) => sum + counts[kind], 0);
const plus = (one: HandoverCounts, other: HandoverCounts): HandoverCounts => ({
  customers: one.customers + other.customers,
  opportunities: one.opportunities + other.opportunities,
  tasks: one.tasks + other.tasks,
});

export interface Plan {
  from: string;
  /** How many shares each receiver gets. */
  to: Record<string, number>;
  opportunities: boolean;
  tasks: boolean;
}

export const bodyOf = (plan: Plan, dryRun: boolean) => ({
  fromUserId: plan.from,
  to: Object.entries(plan.to).map(([userId, share]) => ({ userId, share })),
  // The contract describes it as an object of its own.
  include: { opportunities: plan.opportunities, tasks: plan.tasks } as unknown as Record<string, never>,
  dryRun,
});

/** Runs a handover in the service's steps; the first step is idempotent and can be repeated. */
export async function giveAll(plan: Plan, requestId: string, onStep: (answer: Answer) => void): Promise<Answer> {
  let answer = await startHandover(requestId, bodyOf(plan, false));
  onStep(answer);
  while (!answer.complete && answer.handoverId) {
    answer = await continueHandover(answer.handoverId);
    onStep(answer);
  }
  return answer;
}

/** Undoes a handover in steps, until a step returns no more records. */
export async function undoAll(handover: Answer): Promise<Answer> {
  const id = handover.handoverId ?? "";
  let answer = await undoHandover(id);
  for (let before = -1; ; ) {
    const now = sumOf(plus(answer.returned, answer.skipped));
    if (now >= sumOf(answer.given) || now === before) return answer;
    before = now;
    answer = await undoHandover(id);
  }
}
