import { describe, expect, test } from "vitest";

import { matching, type Region } from "../records/regions";
import { weeksOf } from "./Weeks";

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe("the panel of a customer", () => {
  test("counts follow-ups by week, and only where all of them are known", () => {
    const times = [daysAgo(0), daysAgo(6), daysAgo(8), daysAgo(83)];
    expect(weeksOf(times, 4)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    expect(weeksOf(times, 5)).toBeNull();
    expect(weeksOf([...times, daysAgo(200)], 99)?.at(-1)).toBe(2);
  });

  test("finds a region by parts of its names, the larger ones first", () => {
    const region = (code: string, ...names: string[]): [string, Region] => [code, { code, names }];
    const all = new Map([region("330110", "浙江省", "杭州市", "余杭区"), region("330100", "浙江省", "杭州市"), region("110101", "北京市", "东城区")]);
    expect(matching(all, "杭州").map((each) => each.code)).toEqual(["330100", "330110"]);
    expect(matching(all, "浙江 余杭").map((each) => each.code)).toEqual(["330110"]);
    expect(matching(all, "1101").map((each) => each.names.join(" "))).toEqual(["北京市 东城区"]);
  });
});
