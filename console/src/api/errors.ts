import type { Duplicate } from "./schema";

interface Fault {
  field: string;
  code: string;
  message: string;
}

/** A refusal of the service, or, with status 0, no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
    readonly faults: Fault[] = [],
    /** What the message is about, such as the record that is in the way. */
    readonly details = "",
    /** The customer that has everything of the one that was asked for. */
    readonly mergedInto: string | null = null,
    /** The first request with this id is still at work. */
    readonly running = false,
    /** What may be the same as what was refused. */
    readonly matches: Duplicate[] = [],
  ) {
    super(message);
  }

  get offline(): boolean {
    return this.status === 0;
  }

  faultOf(field: string): string | undefined {
    return this.faults.find((each) => each.field === field)?.message;
  }

  /** What support needs to find the request. */
  get report(): string {
    return `${this.code} ${this.status} ${this.requestId}\n${this.message}`;
  }
}

interface Body {
  code?: string;
  message?: string;
  details?: string;
  requestId?: string;
  errors?: Fault[];
  mergedInto?: string;
  matches?: Duplicate[];
}

export async function errorOf(response: Response): Promise<ApiError> {
  let body: Body = {};
  try {
    body = (await response.json()) as Body;
  } catch {
    body = {};
  }
  const id = body.requestId ?? response.headers.get("X-Request-ID") ?? "";
  return new ApiError(
    response.status,
    body.code ?? "UNREADABLE",
    body.message ?? `HTTP ${response.status}`,
    id,
    body.errors ?? [],
    body.details ?? "",
    body.mergedInto ?? null,
    response.status === 409 && response.headers.has("Retry-After"),
    body.matches ?? [],
  );
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, "UNEXPECTED", error instanceof Error ? error.message : String(error), "");
}
