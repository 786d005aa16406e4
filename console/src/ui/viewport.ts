import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";

interface Room {
  top: number;
  height: number;
  /** Whether a keyboard covers the rest. */
  keys: boolean;
}

/** No bar of a browser is as high as this; every keyboard is higher. */
const BAR = 120;

function free(): Room {
  const seen = window.visualViewport;
  if (!seen) return { top: 0, height: window.innerHeight, keys: false };
  return { top: seen.offsetTop, height: seen.height, keys: window.innerHeight - seen.height > BAR };
}

/** What the keyboard of a phone leaves free of the window: it covers a fixed layer, and does not move it. */
export function useFreeRoom(): Room {
  const [room, setRoom] = useState(free);
  useEffect(() => {
    const seen = window.visualViewport;
    const change = () => setRoom(free());
    seen?.addEventListener("resize", change);
    seen?.addEventListener("scroll", change);
    return () => {
      seen?.removeEventListener("resize", change);
      seen?.removeEventListener("scroll", change);
    };
  }, []);
  return room;
}

/** The phone's way back closes the layer, and leaves the page below it where it is. */
export function useBackCloses(close: () => void, on: boolean): void {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!on) return;
    const before = window.history.state as object | null;
    window.history.pushState({ ...before, layer: true }, "");
    const back = () => latest.current();
    window.addEventListener("popstate", back);
    return () => {
      window.removeEventListener("popstate", back);
      const now = window.history.state as { layer?: boolean } | null;
      if (now?.layer) window.history.back();
    };
  }, [on]);
}

const ENOUGH = 80;

/** Pulls a layer down by its head, and closes it when it is let go far enough below. */
export function usePull(close: () => void) {
  const start = useRef<number | null>(null);
  const [by, setBy] = useState(0);
  const end = () => {
    start.current = null;
    setBy(0);
    if (by > ENOUGH) close();
  };
  const handlers = {
    onPointerDown: (event: PointerEvent) => (start.current = event.clientY),
    onPointerMove: (event: PointerEvent) => start.current !== null && setBy(Math.max(0, event.clientY - start.current)),
    onPointerUp: end,
    onPointerCancel: end,
  };
  return { by, handlers };
}

/** Whether an element that is on the page is in sight. */
export function useSeen(ref: RefObject<HTMLElement | null>, on: boolean): boolean {
  const [seen, setSeen] = useState(true);
  useEffect(() => {
    const element = ref.current;
    if (!on || !element) return;
    const observer = new IntersectionObserver(([entry]) => entry && setSeen(entry.isIntersecting));
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, on]);
  return seen;
}

/** Brings a part of a row to its middle. The browser's own way moves what is around the row as well. */
export function centre(part: HTMLElement | null): void {
  const row = part?.parentElement;
  if (!part || !row) return;
  const [around, own] = [row.getBoundingClientRect(), part.getBoundingClientRect()];
  row.scrollBy({ left: own.left + own.width / 2 - around.left - around.width / 2, behavior: "smooth" });
}
