import { expect, test } from "vitest";

import { changedIn, difference } from "./difference";

test("only what changed differs, numbers and words as a whole", () => {
  const before = "余杭区良渚大道 66 号";
  expect(difference("余杭区良渚大道 66 号 3 幢", before)).toEqual(["余杭区良渚大道 66 号 ", "3 幢", ""]);
  expect(difference("余杭区良渚大道 88 号", before)).toEqual(["余杭区良渚大道 ", "88", " 号"]);
  expect(difference("Mine Ltd", "Theirs Ltd")).toEqual(["", "Mine", " Ltd"]);
  expect(difference("", "x")).toEqual(["", "", ""]);
  expect(difference("aa aa", "aa")).toEqual(["aa ", "aa", ""]);
});

test("what was only shortened differs from what the other one wrote", () => {
  expect(changedIn("云图", "云图科技", "云图集团")).toEqual(["云图", "", ""]);
  expect(changedIn("云图 3 部", "云图 3 部 甲", "云图 4 部 甲")).toEqual(["云图 ", "3 部", ""]);
});
