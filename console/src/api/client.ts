import createClient from "openapi-fetch";

import { ask, ROOT } from "./http";
import type { paths } from "./schema";

/** Typed by the OpenAPI document. Refusals are raised as ApiError, never returned. */
export const api = createClient<paths>({ baseUrl: ROOT.replace(/\/$/, ""), fetch: ask });

/** The body of a good answer: `ask` has raised everything else. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
