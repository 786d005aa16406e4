import { expect, test } from "vitest";

import { isPeriod, kindOf, monthsOf, periodName, periodOf, shifted, spanOf, weekSpan } from "./periods";

test("periods are written as the service writes them, and walk over the ends of years", () => {
  const day = new Date(2026, 10, 30);
  expect((["month", "quarter", "year"] as const).map((kind) => periodOf(kind, day))).toEqual(["2026-11", "2026Q4", "2026"]);
  expect(["2026-11", "2026Q4", "2026"].map(kindOf)).toEqual(["month", "quarter", "year"]);
  expect([shifted("2026-12", 1), shifted("2026Q1", -1), shifted("2026", 1)]).toEqual(["2027-01", "2025Q4", "2027"]);
  expect(["2026Q5", "2026-13", "x", "2026Q4"].map(isPeriod)).toEqual([false, false, false, true]);
});

test("spans end with the last day of their last month", () => {
  expect(spanOf("2028-02")).toEqual({ firstDay: "2028-02-01", lastDay: "2028-02-29" });
  expect(spanOf("2026Q4")).toEqual({ firstDay: "2026-10-01", lastDay: "2026-12-31" });
  expect(monthsOf("2026Q4")).toEqual(["2026-10", "2026-11", "2026-12"]);
  expect(spanOf("2026")).toEqual({ firstDay: "2026-01-01", lastDay: "2026-12-31" });
});

test("weeks begin on Monday", () => {
  const sunday = new Date(2026, 10, 1);
  expect(weekSpan(0, sunday)).toEqual({ firstDay: "2026-10-26", lastDay: "2026-11-01" });
  expect(weekSpan(-1, new Date(2026, 10, 30))).toEqual({ firstDay: "2026-11-23", lastDay: "2026-11-29" });
});

test("periods have names in both languages", () => {
  expect([periodName("2026Q4", "zh"), periodName("2026Q4", "en")]).toEqual(["2026 年 4 季度", "Q4 2026"]);
  expect([periodName("2026-11", "zh"), periodName("2026-11", "en")]).toEqual(["2026年11月", "Nov 2026"]);
});
