/** Calls that every resource has alike. The fields of a record are described by GET /fields. */
import { queryOptions } from "@tanstack/react-query";

import { api, body } from "./client";
import { ask, headerText, ROOT, ZONE } from "./http";
import { knowAs, session } from "../state/session";
import type { Bulk, Field, Hit as ApiHit, ResourceFields } from "./schema";

export type { Field };
export type Hit = Omit<ApiHit, "title"> & { title: string };
export interface HitGroup {
  type: string;
  hits: Hit[];
}
export type Row = Record<string, unknown>;

export const RESOURCES = {
  customer: "customers",
  contact: "contacts",
  opportunity: "opportunities",
  follow_up: "follow-ups",
  contract: "contracts",
  payment: "payments",
  task: "tasks",
  view: "views",
} as const;
export type Resource = keyof typeof RESOURCES;

const IDS: Record<Resource, string> = {
  customer: "customerId",
  contact: "contactId",
  opportunity: "opportunityId",
  follow_up: "followUpId",
  contract: "contractId",
  payment: "paymentId",
  task: "taskId",
  view: "viewId",
};
export const idOf = (resource: Resource, row: Row): string => row[IDS[resource]] as string;
export const idField = (resource: Resource): string => IDS[resource];

export interface Page {
  data: Row[];
  total: number | null;
  totalIsMinimum?: boolean;
  nextCursor: string | null;
}

export interface Saved {
  row: Row;
  etag: string | null;
  /** The service had done this request before, and has done nothing now. */
  replayed?: boolean;
}

export type Query = Record<string, string | number | boolean | undefined>;

const path = (resource: Resource, ...more: string[]) =>
  [RESOURCES[resource], ...more.map(encodeURIComponent)].join("/");

function url(where: string, query: Query = {}): string {
  const found = new URL(where, ROOT);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") found.searchParams.set(name, String(value));
  }
  return found.href;
}

async function saved(response: Response): Promise<Saved> {
  const replayed = response.headers.get("Idempotent-Replayed") === "true";
  return { row: (await response.json()) as Row, etag: response.headers.get("ETag"), replayed };
}

export async function list(resource: Resource, query: Query, signal?: AbortSignal, ...below: string[]): Promise<Page> {
  // Only a filter has days to cut; without it, plain lists page as deep as they are long.
  const asked = query["filter"] ? { tz: ZONE, ...query } : query;
  const request = new Request(url(path(resource, ...below), asked), signal ? { signal } : {});
  return (await (await ask(request)).json()) as Page;
}

export async function get(resource: Resource, id: string, query: Query = {}): Promise<Saved> {
  return saved(await ask(new Request(url(path(resource, id), query))));
}

function write(method: string, where: string, requestId: string, content: unknown, etag?: string | null, allow = "", query: Query = {}) {
  const headers = new Headers({ "X-Request-ID": requestId, "Content-Type": "application/json" });
  if (allow) headers.set("X-Allow-Duplicate", headerText(allow));
  if (etag) headers.set("If-Match", etag);
  const init: RequestInit = { method, headers };
  if (content !== undefined) init.body = JSON.stringify(content);
  return ask(new Request(url(where, query), init));
}

/** `allow`: why it is written although it may be a duplicate. */
export const create = async (resource: Resource, requestId: string, values: Row, allow = ""): Promise<Saved> =>
  saved(await write("POST", path(resource), requestId, values, null, allow));

export const update = async (
  resource: Resource,
  id: string,
  requestId: string,
  changes: Row,
  etag: string | null,
  query: Query = {},
  allow = "",
): Promise<Saved> => saved(await write("PATCH", path(resource, id), requestId, changes, etag, allow, query));

export const remove = async (resource: Resource, id: string, requestId: string): Promise<void> => {
  await write("DELETE", path(resource, id), requestId, undefined);
};

export const restore = async (resource: Resource, id: string, requestId: string): Promise<void> => {
  await write("POST", path(resource, id, "restore"), requestId, undefined);
};

export async function reveal(
  resource: Resource,
  id: string,
  requestId: string,
  fields: string[],
  reason: string,
): Promise<Row> {
  const answer = await write("POST", path(resource, id, "reveal"), requestId, { fields, reason });
  return ((await answer.json()) as { revealed: Row }).revealed;
}

export interface BulkChange {
  ids?: string[];
  filter?: unknown;
  set?: Row;
  action?: "delete" | "restore";
  dryRun: boolean;
}

export async function bulk(resource: Resource, requestId: string, change: BulkChange): Promise<Bulk> {
  const answer = await write("POST", path(resource, "bulk"), requestId, {
    ...change,
    // Only a filter has days to cut.
    ...(change.filter !== undefined && { tz: ZONE }),
  });
  return (await answer.json()) as Bulk;
}

export async function download(resource: Resource, query: Query): Promise<Blob> {
  return (await ask(new Request(url(path(resource, "export"), { tz: ZONE, ...query })))).blob();
}

/** The header that the contract asks of every call; http.ts adds the others. */
export const caller = () => ({ "X-Tenant-Id": session.get().session?.tenant ?? "" });

export async function search(q: string, signal: AbortSignal): Promise<HitGroup[]> {
  const found = api.GET("/search", { params: { header: caller(), query: { q, limit: 5 } }, signal });
  return (await body(found)).groups.map(({ type, hits }) => ({
    type,
    hits: hits.map((hit) => ({ ...hit, title: hit.title ?? "…" })),
  }));
}

const MINUTE = 60_000;

export const whoami = queryOptions({
  queryKey: ["whoami"],
  queryFn: async () => {
    const found = await body(api.GET("/whoami", { params: { header: caller() } }));
    knowAs(found.tenantId, found.user);
    return found;
  },
  staleTime: 10 * MINUTE,
});

export const fieldsOf = (resource: Resource) =>
  queryOptions({
    queryKey: ["fields", resource],
    queryFn: async () => {
      const answer = await body(api.GET("/fields", { params: { header: caller(), query: { resource } } }));
      return answer.data[0] as ResourceFields;
    },
    staleTime: 10 * MINUTE,
  });
