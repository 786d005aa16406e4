import { expect, test } from "vitest";

import { daysAt, stepsOf } from "./path";

test("a deal that came back to a stage has spent the days of both stays there", () => {
  const at = (toStage: number, createdAt: string) => ({ toStage, createdAt, actor: null });
  const newestFirst = [at(1, "2026-11-20T08:00:00Z"), at(3, "2026-11-10T08:00:00Z"), at(1, "2026-11-01T08:00:00Z")];
  const steps = stepsOf(newestFirst, new Date("2026-11-30T07:00:00Z"));
  expect(steps.map(({ stage, days }) => [stage, days])).toEqual([[1, 9], [3, 10], [1, 9]]);
  expect([...daysAt(steps)]).toEqual([[1, 18], [3, 10]]);
});
