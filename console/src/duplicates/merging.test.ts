import { expect, test } from "vitest";

import type { Field } from "../api/resources";
import { countsOf, differing, takenBy } from "./merging";

const field = (name: string, writable = "always") => ({ name, writable }) as Field;
const ROWS = [
  { customerId: "a", name: "One", website: null, ownerId: null, tags: [], createdAt: "2026-01-01" },
  { customerId: "b", name: "Two", website: "https://two.example", ownerId: "bob", tags: [], createdAt: "2026-02-01" },
];

test("only what people fill in, and what differs, is shown", () => {
  const fields = [field("name"), field("website"), field("tags"), field("createdAt", "never")];
  expect(differing(fields, ROWS).map((each) => each.name)).toEqual(["name", "website"]);
});

test("a gap is filled by another customer, the owner is not", () => {
  expect(takenBy(ROWS, "a", {}, "website")).toBe("b");
  expect(takenBy(ROWS, "a", {}, "ownerId")).toBe("a");
  expect(takenBy(ROWS, "a", { ownerId: "b" }, "ownerId")).toBe("b");
  expect(takenBy(ROWS, "b", {}, "name")).toBe("b");
});

test("what there is none of is not said to move", () => {
  expect(countsOf({ contacts: 2, tasks: 0, laterKind: 3 })).toEqual([["moved.contacts", 2]]);
});
