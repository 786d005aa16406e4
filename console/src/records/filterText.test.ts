import { expect, test } from "vitest";

import { parse } from "./filterText";

const of = (field: string, op: string, value?: unknown) => (value === undefined ? { field, op } : { field, op, value });

test.each([
  ["stuck = true and currency = \"CNY\"", [of("stuck", "=", true), of("currency", "=", "CNY")]],
  ["stage=1 AND createdAt between 2026-10-01 and 2026-12-31", [of("stage", "=", 1), of("createdAt", "between", ["2026-10-01", "2026-12-31"])]],
  ["ownerId in (\"bob\", nobody) and dueAt is empty", [of("ownerId", "in", ["bob", "nobody"]), of("dueAt", "is empty")]],
  ["ownerId = me and (lastFollowUpAt < -30d or lastFollowUpAt is empty)", [of("ownerId", "=", "me"), { conditions: [of("lastFollowUpAt", "<", "-30d"), of("lastFollowUpAt", "is empty")] }]],
  ["a = 1 and (b = 2 or (c = 3 and d = 4))", [of("a", "=", 1), { conditions: [of("b", "=", 2), of("c", "=", 3)] }, { conditions: [of("b", "=", 2), of("d", "=", 4)] }]],
  ["a = 1 and (b = 2 and (c = 3 or d = 4))", [of("a", "=", 1), of("b", "=", 2), { conditions: [of("c", "=", 3), of("d", "=", 4)] }]],
  ["(a = 1 and b = 2)", [of("a", "=", 1), of("b", "=", 2)]],
  ["name ~ \"\\\"云\\\" (一)\"", [of("name", "~", "\"云\" (一)")]],
])("%s is conditions", (text, conditions) => {
  expect(parse(text)).toEqual({ any: false, conditions });
});

test("or, with and in brackets or without", () => {
  const group = { conditions: [of("a", "=", 1), of("b", "=", 2)] };
  const expected = { any: true, conditions: [group, of("c", "not in", [3])] };
  expect(parse("a = 1 and b = 2 or c not in (3)")).toEqual(expected);
  expect(parse("(a = 1 and b = 2) or c not in (3)")).toEqual(expected);
});

test.each(["", "a", "a =", "a = 1 b = 2", "not a = 1", "a = 1 and (b = 2 or (c = 3 and (d = 4 or e = 5)))", "(a = 1 or b = 2) and c = 3 or d = 4", "a = \"me\"", "a = word", "a = \"open", "a in 1", "a = 99999999999999999"])(
  "%s cannot be shown in parts",
  (text) => {
    expect(parse(text)).toBeNull();
  },
);
