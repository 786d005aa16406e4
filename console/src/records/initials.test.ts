import { expect, test } from "vitest";

import { hitIn, initialsOf } from "./initials";

test("a field is found by its name and by the initials of its pinyin", () => {
  expect(["最近跟进", "客户名称", "地区", "微信", "Owner"].map(initialsOf)).toEqual(["zjgj", "khmc", "dq", "wx", "owner"]);
  expect(hitIn("最近跟进", "gj")).toEqual([2, 4]);
  expect(hitIn("最近跟进", "跟")).toEqual([2, 3]);
  expect(hitIn("Last follow-up", "fol")).toEqual([5, 8]);
  expect(hitIn("地区", "gj")).toBeNull();
});
