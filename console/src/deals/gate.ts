import type { ApiError } from "../api/errors";
import type { Field } from "../api/resources";

/** What a stage requires and the deal lacks; null for a refusal that filling in does not mend. */
export function missingAt(error: ApiError, fields: Field[]): Field[] | null {
  if (error.status !== 400 || error.faults.length === 0) return null;
  const asked = error.faults.map((fault) => (fault.code === "required" ? fields.find((each) => each.name === fault.field && each.writable !== "never") : undefined));
  return asked.every((each) => each !== undefined) ? asked : null;
}

/** In one sentence, with what is wrong in particular. */
export const reasonOf = (error: ApiError): string => error.faults.map((each) => each.message).join(" ") || error.message;
