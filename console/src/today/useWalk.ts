import { useKeys } from "../ui/hooks";

const focused = () => document.activeElement?.closest(".tk")?.querySelector<HTMLElement>(".tick") ?? null;

function step(by: number): boolean {
  const all = [...document.querySelectorAll<HTMLElement>(".tk .tick")];
  const from = focused();
  const to = from === null ? all[0] : all[all.indexOf(from) + by];
  to?.focus();
  return to !== undefined;
}

function press(): boolean {
  const tick = focused();
  tick?.click();
  return tick !== null;
}

/** Keys walk the circles of the tasks and press the focused one. Arrows go on scrolling until one has the focus. */
export function useWalk(): void {
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => focused() !== null && step(1),
    ArrowUp: () => focused() !== null && step(-1),
    m: press,
  });
}
