import { expect, test } from "vitest";

import type { Team } from "../api/schema";
import { ownedBy, usersOf } from "./whose";

const team = (teamId: string, parentId: string | null, leader: string, ...memberIds: string[]) => ({ teamId, parentId, name: teamId, leaderIds: [leader], memberIds }) as Team;

test("a team has its leaders, its members and those of the teams below", () => {
  const known = [team("sales", null, "alice"), team("east", "sales", "dora", "bob", "dora"), team("other", null, "finn")];
  expect(usersOf(known, "sales")).toEqual(["alice", "dora", "bob"]);
  expect(usersOf(known, "east")).toEqual(["dora", "bob"]);
});

test("whose records they are is said in the list language", () => {
  const whose = (owner: string, users: string[] | null) => ownedBy("ownerId", { owner, team: "", users });
  expect(whose("", null)).toBeNull();
  expect(whose('a"b', ["alice"])).toBe('ownerId = "a\\"b"');
  expect(whose("", ["alice", "bob"])).toBe('ownerId in ("alice", "bob")');
  expect(whose("", [])).toBe("ownerId = nobody and ownerId is set");
});
