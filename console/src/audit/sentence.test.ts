import { expect, test } from "vitest";

import type { AuditLog } from "../api/schema";
import { sentenceOf } from "./sentence";

const NAMES: Record<string, string> = { "li.na": "李娜", "wang.wei": "王伟" };
const WORDS = { name: (id: string) => NAMES[id] ?? id, time: (iso: string) => `<${iso.slice(11, 16)}>` };
const row = (part: Partial<Omit<AuditLog, "changes">> & { changes?: unknown }) => ({ actor: "li.na", resourceType: "task", changes: {}, ...part }) as AuditLog;

test("a sentence names people and shows times as a clock does", () => {
  const changes = { completedBy: { before: null, after: "wang.wei" } };
  const summary = "li.na 修改了任务「复盘」：完成时间 空 → 2026-11-30T09:25:48.674Z；完成人 空 → wang.wei";
  expect(sentenceOf(row({ summary, changes }), WORDS)).toBe("李娜 修改了任务「复盘」：完成时间 空 → <09:25>；完成人 空 → 王伟");
});

test("what somebody wrote is never taken for an id", () => {
  const changes = { remark: { before: null, after: "wang.wei" } };
  expect(sentenceOf(row({ summary: "li.na 修改了任务「复盘」：备注 空 → wang.wei", changes }), WORDS)).toBe("李娜 修改了任务「复盘」：备注 空 → wang.wei");
});

test("the table of rules is left to its page", () => {
  const summary = '系统修改了查重规则「duplicate_policy」：名称核心 {"api":"off"} → {"api":"block"}';
  expect(sentenceOf(row({ actor: null, resourceType: "duplicate_policy", summary }), WORDS)).toBe("系统修改了查重规则");
});
