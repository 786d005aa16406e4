import { expect, test } from "vitest";

import { added, chosen, flat, NO_FILTER, read, searched, toggled, withoutPart, written } from "./filter";

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

const late = { field: "nextContactAt", op: "<=", value: "today" };
const owing = { field: "outstandingCents", op: ">", value: 0 };
const every = () => true;

test("a condition joins the last one that is shown, in brackets, by the other word", () => {
  const two = added(added(NO_FILTER, mine, true, every), late, false, every);
  expect(two.conditions).toEqual([mine, late]);
  const grouped = added(two, owing, true, every);
  expect(JSON.parse(written(grouped))).toEqual({ and: [mine, { or: [late, owing] }] });
  expect(read(written(grouped))).toEqual(grouped);
  expect(flat(grouped)).toEqual([mine, late, owing]);
  // What the reader does not see among the chips stays as it is.
  expect(added(two, owing, true, (each) => each === mine).conditions[1]).toBe(late);
  expect(JSON.parse(written({ ...grouped, any: true }))).toEqual({ or: [mine, { and: [late, owing] }] });
  expect(searched(grouped, "name", "云").conditions).toHaveLength(3);
});

test("brackets around one condition are none", () => {
  const group = { conditions: [late, owing] };
  const filter = { any: false, conditions: [mine, group] };
  expect(withoutPart(filter, group, late).conditions).toEqual([mine, owing]);
});

test("deeper brackets, and brackets of the same word, are not shown in parts", () => {
  for (const inner of [{ and: [mine, late] }, { or: [mine, { and: [late] }] }, { or: [] }]) {
    expect(read(JSON.stringify({ and: [owing, inner] }))).toEqual(NO_FILTER);
  }
});
