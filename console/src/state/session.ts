import { keep, store, stored, useStore } from "./store";

/** Who the console acts as. It lives in the tab's session storage and nowhere else. */
export interface Session {
  token: string;
  tenant: string;
  user: string;
}

const KEY = "crm.session";

interface State {
  session: Session | null;
  /** The token was refused: what was typed stays, and the reader signs in above it. */
  refused: string | null;
}

export const session = store<State>({
  session: stored<Session>(sessionStorage, KEY),
  refused: null,
});

export function signIn(found: Session): void {
  keep(sessionStorage, KEY, found);
  session.set({ session: found, refused: null });
}

export function signOut(): void {
  sessionStorage.clear();
  session.set({ session: null, refused: null });
}

export function refuse(message: string): void {
  session.set((now) => (now.session === null ? now : { ...now, refused: message }));
}

export const useSession = () => useStore(session);
