import { expect, test } from "vitest";

import { ApiError } from "../api/errors";
import type { Field } from "../api/resources";
import { missingAt, reasonOf } from "./gate";

const fields = [{ name: "expectedCloseOn", writable: "always" }, { name: "closedAt", writable: "never" }] as Field[];
const fault = (field: string, code = "required") => ({ field, code, message: `${field}: ${code}` });
const refusal = (status: number, ...faults: ReturnType<typeof fault>[]) => new ApiError(status, "BAD_REQUEST", "Invalid", "r-1", faults);

test("what a stage requires can be asked for", () => {
  expect(missingAt(refusal(400, fault("expectedCloseOn")), fields)?.map((each) => each.name)).toEqual(["expectedCloseOn"]);
});

test("any other refusal cannot be mended by filling in", () => {
  for (const error of [refusal(400), refusal(403, fault("expectedCloseOn")), refusal(400, fault("expectedCloseOn"), fault("stage", "value")), refusal(400, fault("closedAt"))]) {
    expect(missingAt(error, fields)).toBeNull();
  }
});

test("a reason is as particular as the service is", () => {
  expect(reasonOf(refusal(400, fault("stage", "value")))).toBe("stage: value");
  expect(reasonOf(refusal(403))).toBe("Invalid");
});
