import { expect, test } from "vitest";

import type { Team, User } from "../api/schema";
import { asPerson, asWhole } from "./roles";

const user = (userId: string, status = "active") => ({ userId, status }) as User;
const team = (teamId: string, parentId: string | null, ...leaderIds: string[]) => ({ teamId, parentId, leaderIds }) as Team;

test("a token names the person in signs that headers can have", () => {
  const { token } = asPerson("demo", "张 敏");
  expect(token).toMatch(/^[ -~]+$/);
  expect(JSON.parse(token)).toEqual({ sub: "张 敏", scope: "crm:read crm:write crm:team crm:export crm:reveal" });
});

test("the whole tenant is seen by whoever leads the team above all others", () => {
  const teams = [team("2", "1", "li.na"), team("1", null, "gone", "zhang.min")];
  const { token } = asWhole("demo", [user("li.na"), user("gone", "left"), user("zhang.min")], teams);
  expect(JSON.parse(token)).toMatchObject({ sub: "zhang.min" });
  expect(token).toContain("crm:all");
});

test("without teams it is seen as nobody", () => {
  expect(asWhole("acme", [user("li.na")], [])).toEqual({ token: "demo", tenant: "acme", user: "" });
});
