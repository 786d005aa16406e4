import { expect, test } from "vitest";

import { csvOf } from "./csv";

test("a table becomes a file that spreadsheets read and nothing in it runs", () => {
  const rows = [
    ["=1+1", 12.5, null],
    ['say "a,b"', -3, "-x"],
  ];
  expect(csvOf({ name: "x", head: ["姓名", "n", "z"], rows })).toBe('\ufeff姓名,n,z\r\n\'=1+1,12.5,\r\n"say ""a,b""",-3,\'-x\r\n');
});
