import { expect, test } from "vitest";

import { chosen, NO_FILTER, read, toggled, written } from "./filter";

const mine = { field: "ownerId", op: "=", value: "me" };

test("a filter survives the URL", () => {
  const filter = { any: true, conditions: [mine, { field: "name", op: "~", value: "云 <b>" }] };
  expect(read(written(filter))).toEqual(filter);
  expect(written(NO_FILTER)).toBe("");
});

test("a link that was cut off or edited is no filter", () => {
  for (const text of ["", "{", '{"and":1}', '{"and":[1]}', "null", "7"]) expect(read(text)).toEqual(NO_FILTER);
});

test("a quick filter is put on and taken off", () => {
  const once = toggled(NO_FILTER, mine);
  expect(once.conditions).toEqual([mine]);
  expect(toggled(once, { ...mine }).conditions).toEqual([]);
});

test("a quick filter takes the place of another one of the same field", () => {
  const [team, late] = [{ ...mine, value: "myTeam" }, { field: "due", op: "<", value: "today" }];
  const quick = [mine, team, late];
  const both = chosen(chosen(NO_FILTER, mine, quick), late, quick);
  expect(chosen(both, team, quick).conditions).toEqual([late, team]);
  expect(chosen(chosen(both, team, quick), team, quick).conditions).toEqual([late]);
});
