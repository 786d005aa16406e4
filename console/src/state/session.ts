import { keep, store, stored, useStore } from "./store";

/** Who the console acts as. It lives in the tab's session storage and nowhere else. */
export interface Session {
  token: string;
  tenant: string;
  user: string;
}

const KEY = "crm.session";
const WHO = "crm.who";

interface State {
  session: Session | null;
  /** The token was refused: what was typed stays, and the reader signs in above it. */
  refused: string | null;
  /** The user of the token, from GET /whoami. */
  who: string | null;
}

export const session = store<State>({
  session: stored<Session>(sessionStorage, KEY),
  refused: null,
  who: stored<string>(sessionStorage, WHO),
});

export function signIn(found: Session): void {
  keep(sessionStorage, KEY, found);
  keep(sessionStorage, WHO, null);
  session.set({ session: found, refused: null, who: null });
}

export function signOut(): void {
  sessionStorage.clear();
  session.set({ session: null, refused: null, who: null });
}

export function refuse(message: string): void {
  session.set((now) => (now.session === null ? now : { ...now, refused: message }));
}

export function knowAs(tenant: string, user: string | null): void {
  const who = `${tenant} ${user ?? ""}`;
  if (session.get().who === who) return;
  keep(sessionStorage, WHO, who);
  session.set((now) => ({ ...now, who }));
}

export const knownAs = (): string | null => session.get().who;

export const useSession = () => useStore(session);
