import { expect, test } from "vitest";

import type { Team } from "../api/schema";
import { branches, withBelow } from "./tree";

const team = (teamId: string, parentId: string | null): Team => ({
  teamId,
  parentId,
  name: teamId,
  tenantId: "acme",
  leaderIds: [],
  memberIds: [],
  createdAt: "",
  updatedAt: "",
});
const teams = [team("south", "sales"), team("sales", null), team("east", "sales"), team("shop", "east"), team("lost", "gone")];

test("teams stand below the team that they belong to, and none is left out", () => {
  expect(branches(teams).map((each) => [each.team.teamId, each.depth])).toEqual([
    ["lost", 0],
    ["sales", 0],
    ["east", 1],
    ["shop", 2],
    ["south", 1],
  ]);
});

test("no team can be moved below itself", () => {
  expect([...withBelow(teams, "east")].sort()).toEqual(["east", "shop"]);
});
