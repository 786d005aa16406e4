import { describe, expect, test } from "vitest";

import { centsOf, money, shortMoney } from "./money";

describe("money", () => {
  test("is grouped, and has cents only where there are any", () => {
    expect(money(128_000_000, "CNY")).toBe("¥ 1,280,000");
    expect(money(4_970_050, "EUR")).toBe("€ 49,700.50");
    expect(money(-100, "CHF")).toBe("-CHF 1");
  });

  test("is short in heads, in the way of each language", () => {
    expect(shortMoney(1_280_000_000, "CNY", "zh")).toBe("¥ 1,280 万");
    expect(shortMoney(1_280_000_000, "CNY", "en")).toBe("¥ 12.8 M");
    expect(shortMoney(9_900_000, "CNY", "zh")).toBe("¥ 99,000");
  });

  test("is read as people type it, and never guessed", () => {
    expect(centsOf("1,280,000")).toBe(128_000_000);
    expect(centsOf("¥ 12.5")).toBe(1250);
    expect(centsOf("0.29")).toBe(29);
    expect(["12.345", "a", "", "1e5", "-1"].map(centsOf)).toEqual([null, null, null, null, null]);
  });
});
