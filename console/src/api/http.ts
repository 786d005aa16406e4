import { ApiError, errorOf } from "./errors";
import { t } from "../i18n/translate";
import { setClock } from "../format/clock";
import { newRequestId } from "../state/intent";
import { setOffline, waitUntil } from "../state/notices";
import { preferences } from "../state/preferences";
import { refuse, type Session, session } from "../state/session";
import type { Team, User, Whoami } from "./schema";

// The console is at <root>/console/, under whatever prefix a gateway gives it.
export const ROOT = new URL("..", document.baseURI).href;

const RETRIES = 2;
const LONGEST_WAIT = 30;

const pause = (ms: number) => new Promise((resolve) => window.setTimeout(resolve, ms));

/** The time zone of the reader, in which the service cuts days. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Headers are Latin: other texts travel in the form of RFC 8187. */
export const headerText = (user: string) =>
  /^[\x21-\x7e]+$/.test(user) ? user : `UTF-8''${encodeURIComponent(user)}`;

function signed(request: Request): Request {
  const now = session.get().session;
  const headers = request.headers;
  if (now !== null && !headers.has("Authorization")) {
    // A gateway that signs people in needs none of them.
    if (now.token) headers.set("Authorization", `Bearer ${now.token}`);
    if (now.tenant) headers.set("X-Tenant-Id", now.tenant);
    else headers.delete("X-Tenant-Id");
    if (now.user) headers.set("X-User-Id", headerText(now.user));
  }
  headers.set("Accept-Language", preferences.get().language === "zh" ? "zh-CN" : "en");
  if (request.method !== "GET" && !headers.has("X-Request-ID")) {
    headers.set("X-Request-ID", newRequestId());
  }
  return request;
}

/** Safe to repeat, also for writes: a repetition has the same request id. */
async function sent(request: Request): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await fetch(request.clone());
      setOffline(false);
      setClock(response.headers.get("Date"));
      return response;
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (attempt === RETRIES || !navigator.onLine) {
        setOffline(true);
        throw new ApiError(0, "NO_ANSWER", t("error.offline"), request.headers.get("X-Request-ID") ?? "");
      }
      await pause(400 * 2 ** attempt);
    }
  }
}

async function patient(request: Request): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const response = await sent(request);
    const wait = Number(response.headers.get("Retry-After"));
    // 409 with a time to wait: the first request of this id is still running.
    const running = response.status === 409 && response.headers.has("Retry-After");
    const busy = response.status === 429 || response.status === 503 || running;
    if (!busy || attempt === RETRIES || !(wait >= 0 && wait <= LONGEST_WAIT)) return response;
    waitUntil(Date.now() + wait * 1000);
    await pause(wait * 1000);
    waitUntil(null);
  }
}

/** Raises ApiError for every answer but a good one. */
export async function ask(request: Request): Promise<Response> {
  const response = await patient(signed(request));
  if (response.ok) return response;
  const error = await errorOf(response);
  if (error.status === 401) refuse(error.message);
  throw error;
}

/** Before anybody is signed in: with the credentials of one who might be. */
async function tried(of: Session, path: string): Promise<Response> {
  const headers = new Headers({ "Accept-Language": preferences.get().language });
  if (of.token) headers.set("Authorization", `Bearer ${of.token}`);
  if (of.tenant) headers.set("X-Tenant-Id", of.tenant);
  if (of.user) headers.set("X-User-Id", headerText(of.user));
  const response = await sent(new Request(new URL(path, ROOT), { headers }));
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Who a token, a tenant and a user are. Without a token: whom the gateway has signed in. */
export const probe = async (of: Session): Promise<Whoami> => (await (await tried(of, "whoami")).json()) as Whoami;

/** As whom one can act there, and whom they lead. */
export async function peopleOf(of: Session): Promise<{ people: User[]; teams: Team[] }> {
  const [users, teams] = await Promise.all([tried(of, "users?pageSize=500"), tried(of, "teams?pageSize=500")]);
  const { data } = (await users.json()) as { data: User[] };
  return { people: data.filter((each) => each.status === "active"), teams: ((await teams.json()) as { data: Team[] }).data };
}

/** Whether the service answers at all. */
export const isUp = (): Promise<boolean> =>
  fetch(new URL("health", ROOT)).then(
    // Read to its end, so that the browser is done with it.
    (response) => response.text().then(() => response.ok),
    () => false,
  );
