import { store, useStore } from "./store";

/** Whom, and maybe which deal, a follow-up is about. */
export interface About {
  customerId: string;
  name: string;
  dealId?: string;
}

/** The dialogs above the page. */
interface Layers {
  palette: boolean;
  keys: boolean;
  /** What waits for the connection. */
  outbox: boolean;
  /** The dialog that saves a list as a view. */
  view: boolean;
  /** The customer that a follow-up is for; "ask" where it is still to be chosen. */
  follow: About | "ask" | null;
}

export const layers = store<Layers>({ palette: false, keys: false, outbox: false, view: false, follow: null });

export function open(change: Partial<Layers>): void {
  layers.set((now) => ({ ...now, ...change }));
}

export const useLayers = () => useStore(layers);
