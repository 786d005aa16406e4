import type { Row } from "../api/resources";

const DAY = 86_400_000;

/** A deal came to a stage, by whom, and stayed for so many whole days; the last stay goes on. */
export interface Step {
  stage: number;
  at: string;
  actor: string | null;
  days: number;
}

/** From the service's history, which is the newest first. */
export function stepsOf(history: Row[], now = new Date()): Step[] {
  const rows = [...history].reverse();
  return rows.map((row, place) => {
    const at = row["createdAt"] as string;
    const until = rows[place + 1]?.["createdAt"] as string | undefined;
    const spent = (until ? new Date(until) : now).getTime() - new Date(at).getTime();
    return { stage: row["toStage"] as number, at, actor: row["actor"] as string | null, days: Math.max(0, Math.floor(spent / DAY)) };
  });
}

/** All days at each stage that the deal has been at, also where it came back. */
export function daysAt(steps: Step[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { stage, days } of steps) found.set(stage, (found.get(stage) ?? 0) + days);
  return found;
}
