import { expect, test } from "vitest";

import { en } from "./en";
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
