import { readFileSync, readdirSync } from "node:fs";

import { expect, test } from "vitest";

/** Sheets that every screen has. The others belong to one screen, and stay loaded when it is left. */
const SHARED = new Set(["tokens.css", "layout.css", "controls.css", "record.css", "table.css", "phone.css"]);

function selectors(): { sheet: string; selector: string }[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf-8" }).filter((name) => name.endsWith(".css"));
  return files.flatMap((file) => {
    const text = readFileSync(`src/${file}`, "utf-8").replace(/\/\*[^]*?\*\//g, "").replace(/@media print\{.*/g, "");
    const sheet = file.split("/").pop() ?? file;
    return [...text.matchAll(/([^{}]+)\{/g)].flatMap((found) => (found[1] ?? "").split(",").map((each) => ({ sheet, selector: each.trim() })));
  });
}

test("a class that the sheet of one screen defines is used by no other sheet", () => {
  const all = selectors();
  const clashes = all.flatMap(({ sheet, selector }) => {
    const own = SHARED.has(sheet) ? null : /^\.([\w-]+)$/.exec(selector);
    if (!own) return [];
    const used = new RegExp(`\\.${own[1] ?? ""}(?![\\w-])`);
    return all.filter((other) => other.sheet !== sheet && used.test(other.selector)).map((other) => `${sheet} ${selector}: ${other.sheet} ${other.selector}`);
  });
  expect([...new Set(clashes)]).toEqual([]);
});
