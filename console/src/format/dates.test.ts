import { expect, test } from "vitest";

import { age, dayOfWeek, dayPlus, daysFrom, isoDay, nextMonday, shortDay, toDate } from "./dates";

const NOW = new Date(2026, 10, 29, 23, 30); // a Sunday

test("a date without a time is the same day in every zone", () => {
  expect(isoDay(toDate("2026-12-01"))).toBe("2026-12-01");
  expect(daysFrom("2026-11-29", NOW)).toBe(0);
});

test("ages count calendar days", () => {
  expect(age("2026-11-12", "zh", NOW)).toBe("17 天前");
  expect(age("2026-11-28", "zh", NOW)).toBe("昨天");
  expect(age("2026-12-02", "en", NOW)).toBe("in 3 days");
});

test("days are written with the year only where it is another one", () => {
  expect(shortDay("2026-11-12", "zh", NOW)).toBe("11月12日");
  expect(shortDay("2025-11-12", "zh", NOW)).toBe("2025年11月12日");
  expect(dayOfWeek("2026-12-01", "zh", NOW)).toBe("12月1日 周二");
  expect(dayOfWeek("2027-01-01", "zh", NOW)).toBe("2027年1月1日");
});

test("next steps fall on the days that people mean", () => {
  expect(dayPlus(3, NOW)).toBe("2026-12-02");
  expect(nextMonday(NOW)).toBe("2026-11-30");
  expect(nextMonday(new Date(2026, 10, 30))).toBe("2026-12-07");
});
