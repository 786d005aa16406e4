import { describe, expect, test } from "vitest";

import type { Field } from "../api/resources";
import { gradeOf, isGraded } from "./fields";
import { inRoom } from "./useFitting";

const option = (value: string, zh: string, en: string) => ({ value, label: { zh, en }, color: null, active: true });
const field = (name: string, type: string, options: unknown[] = []) => ({ name, type, options }) as unknown as Field;

const level = field("level", "option", [option("level.a", "A 重点", "A, key account"), option("level.x", "B级", "B")]);

describe("a list", () => {
  test("shows options by a letter only where all labels begin with one", () => {
    expect([isGraded(level), gradeOf(level, "level.x")?.letter, gradeOf(level, "level.x")?.rank]).toEqual([true, "B", 1]);
    expect(gradeOf(level, "gone")).toBeNull();
    expect(isGraded(field("source", "option", [option("a", "A 类", "A"), option("b", "官网", "website")]))).toBe(false);
    expect(isGraded(field("industry", "option", [option("a", "IT", "IT")]))).toBe(false);
  });

  test("keeps beside a panel what tells rows apart, in its order", () => {
    const all = [field("name", "text"), field("tags", "tags"), field("contactPhone", "phone"), field("ownerId", "user"), level, field("openOpportunityCents", "money"), field("nextContactAt", "dateOrTime")];
    const kept = (width: number) => inRoom(all, width, () => 100).map((each) => each.name);
    expect(kept(640)).toEqual(["name", "ownerId", "level", "openOpportunityCents", "nextContactAt"]);
    expect(kept(440)).toEqual(["name", "ownerId", "level"]);
  });
});
