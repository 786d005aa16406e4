import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

/** Below 640 px the page is laid out for a phone. */
export const usePhone = (): boolean =>
  useMediaQuery("(max-width: 640px)", window.innerWidth <= 640, { getInitialValueInEffect: false });

/** Where the head of a list has room for a field to search in. */
export const useWide = (): boolean =>
  useMediaQuery("(min-width: 1200px)", window.innerWidth >= 1200, { getInitialValueInEffect: false });

/** Too narrow for two navigations beside each other. */
export const useNarrow = (): boolean =>
  useMediaQuery("(max-width: 1000px)", window.innerWidth <= 1000, { getInitialValueInEffect: false });

/** The same functions in every render, each doing what the newest of its name does: for components that should not be
 * drawn again. */
export function useLatest<T extends object>(functions: T): T {
  const latest = useRef(functions);
  useLayoutEffect(() => {
    latest.current = functions;
  });
  const [same] = useState(() => {
    const names = Object.keys(functions) as (keyof T)[];
    const call = (name: keyof T) => (...given: unknown[]) => (latest.current[name] as (...given: unknown[]) => unknown)(...given);
    return Object.fromEntries(names.map((name) => [name, call(name)])) as T;
  });
  return same;
}

const LAYERS = "[aria-modal=true], .fpop, [role=menu]";
const TYPING = "input, textarea, select, [contenteditable=true]";

/**
 * Single keys act only while nobody types, and never with the keys of browser or input method. An
 * action that returns false leaves the key to others.
 */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => unknown>, on = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!on) return;
    // Noted in the capture phase: a layer that closes on this key is gone by the bubbling phase.
    let covered = false;
    const note = () => (covered = document.querySelector(LAYERS) !== null);
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const mod = event.ctrlKey || event.metaKey;
      const target = event.target as HTMLElement;
      const typing = target.matches(TYPING) && !target.matches(".cb");
      if (typing && !mod && event.key !== "Escape") return;
      if (!mod && covered) return;
      const name = mod ? `mod+${event.key.toLowerCase()}` : event.key;
      const act = latest.current[name] ?? (event.key.length === 1 ? latest.current[name.toLowerCase()] : undefined);
      if (act === undefined) return;
      if (act(event) !== false) event.preventDefault();
    };
    window.addEventListener("keydown", note, true);
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", note, true);
      window.removeEventListener("keydown", listen);
    };
  }, [on]);
}

/** What opened a layer. An item of a menu is gone by the time it closes: the button of the menu stands for it. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest<HTMLElement>(".mantine-Popover-dropdown[id]");
  return menu ? document.querySelector<HTMLElement>(`[aria-controls="${menu.id}"]`) : (element as HTMLElement | null);
}

/** Returns the focus to the opener when a layer closes, unless something else has taken it. */
export function useReturnFocus(): void {
  const [opener] = useState(() => openerOf(document.activeElement));
  useEffect(
    () => () => {
      window.setTimeout(() => {
        if (document.activeElement !== document.body) return;
        const back = opener?.isConnected && opener !== document.body ? opener : document.querySelector<HTMLElement>(".grid");
        back?.focus({ preventScroll: true });
      });
    },
    [opener],
  );
}

/** Whether an input method is in the middle of a word, anywhere on the page. */
export function useComposing(): boolean {
  const [composing, setComposing] = useState(false);
  useEffect(() => {
    const begin = () => setComposing(true);
    const end = () => setComposing(false);
    document.addEventListener("compositionstart", begin);
    document.addEventListener("compositionend", end);
    return () => {
      document.removeEventListener("compositionstart", begin);
      document.removeEventListener("compositionend", end);
    };
  }, []);
  return composing;
}
