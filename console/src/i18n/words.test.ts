import { expect, test } from "vitest";

import { en } from "./en";
import { labelIn, say } from "./translate";
import { zh } from "./zh";

const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test("both languages have the same sentences with the same gaps", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh)) {
    expect([key, holes(en[key as keyof typeof en])]).toEqual([key, holes(text)]);
  }
});

test("no sentence shouts, and none congratulates", () => {
  for (const text of [...Object.values(zh), ...Object.values(en)]) {
    expect(text).not.toMatch(/[!！您]|成功/);
  }
});

test("one thing is counted in the singular", () => {
  expect([0, 1, 2, "1,234"].map((n) => say("en", "list.countAny", { n }))).toEqual(["0 records", "1 record", "2 records", "1,234 records"]);
  expect(say("zh", "list.countAny", { n: 1 })).toBe(zh["list.countAny"].replace("{n}", "1"));
});

test("an option begins with a capital, unless its tenant writes it otherwise", () => {
  const shown = ["advertising", "existing customer", "e-mail", "WeChat", "iPad users", "A key"].map((en) => labelIn("en", { zh: "", en }));
  expect(shown).toEqual(["Advertising", "Existing customer", "E-mail", "WeChat", "iPad users", "A key"]);
});
