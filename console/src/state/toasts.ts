import { store, useStore } from "./store";

export interface Action {
  label: string;
  run: () => void;
  /** Undo, beside the other buttons. */
  quiet?: boolean;
}

export interface Toast {
  id: number;
  text: string;
  tone?: "danger";
  actions?: Action[];
  /** Whether 1 to 9 do what its buttons do. */
  keys?: boolean;
}

const SECONDS = 8;
let last = 0;

const toasts = store<Toast[]>([]);

export function toast(text: string, more: Omit<Toast, "id" | "text"> = {}): void {
  const id = ++last;
  toasts.set((now) => [...now.slice(-2), { id, text, ...more }]);
  window.setTimeout(() => dismiss(id), SECONDS * 1000);
}

export function dismiss(id: number): void {
  toasts.set((now) => now.filter((each) => each.id !== id));
}

export const useToasts = () => useStore(toasts);
