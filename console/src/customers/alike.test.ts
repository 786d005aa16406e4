import { expect, test } from "vitest";

import { alike } from "./alike";

const marked = (name: string, typed: string) => alike(name, typed).map((part) => (part.same ? `[${part.text}]` : part.text)).join("");

test("the characters that two names share are marked, in whatever width they are written", () => {
  expect(marked("杭州云图科技有限公司", "云图科技")).toBe("杭州[云图科技]有限公司");
  expect(marked("云帆科技（镜花城）有限责任公司", "云帆科技(镜花城)有限公司")).toBe("[云帆科技（镜花城）有限]责任[公司]");
  expect(marked("Balnibarbi Foods AG", "foods")).toBe("Balnibarbi [Foods] AG");
  expect(marked("上海明光贸易", "")).toBe("上海明光贸易");
});
