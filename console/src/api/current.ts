import { ApiError } from "./errors";
import { get, type Resource, type Row, type Saved, update } from "./resources";

const CHANGED = 412;

interface Change {
  resource: Resource;
  id: string;
  requestId: string;
  content: Row;
  /** Of a version that was looked at already. */
  etag?: string | null;
  allow?: string;
  /** Throws where the record must not be changed as it is now. */
  check: (current: Saved) => void;
  /** Whether the record is already as it should be. */
  isDone?: (current: Saved) => boolean;
}

/** Changes a record in the version that was checked; where somebody else changes it in between, it is checked again. */
export async function updateCurrent({ resource, id, requestId, content, etag = null, allow = "", check, isDone }: Change): Promise<Saved> {
  let version = etag;
  for (;;) {
    if (version === null) {
      const current = await get(resource, id);
      if (isDone?.(current)) return current;
      check(current);
      version = current.etag;
    }
    try {
      return await update(resource, id, requestId, content, version, {}, allow);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== CHANGED) throw error;
      version = null;
    }
  }
}
