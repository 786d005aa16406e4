import type { KeyboardEvent } from "react";

const ITEMS = ".mi, input:not([tabindex='-1']), select";
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** To the column on the left or right; to what is chosen there. */
function enter(column: Element | null): boolean {
  const to = column?.querySelector<HTMLElement>(".mi.on") ?? column?.querySelector<HTMLElement>(ITEMS);
  to?.focus();
  return to !== undefined && to !== null;
}

/** Which column a key leads to: null for none. */
function aside({ key, shiftKey, target, currentTarget }: KeyboardEvent<HTMLElement>): "left" | "right" | null {
  const typing = (target as HTMLElement).tagName === "INPUT";
  if (key === "Escape") return "left";
  if (key === "ArrowLeft" || key === "ArrowRight") return typing ? null : key === "ArrowLeft" ? "left" : "right";
  // Of what is typed in the last column, each field has its turn.
  if (key !== "Tab" || (typing && currentTarget.matches(".fv"))) return null;
  return shiftKey ? "left" : "right";
}

/** Arrows move in a column; Tab, right and left between them; Escape back, and out of the first one. */
export function walk(event: KeyboardEvent<HTMLElement>, onClose: () => void): void {
  if (event.nativeEvent.isComposing) return;
  const column = event.currentTarget;
  const by = STEPS[event.key];
  if (by !== undefined) {
    const all = [...column.querySelectorAll<HTMLElement>(ITEMS)];
    all[all.indexOf(document.activeElement as HTMLElement) + by]?.focus();
    event.preventDefault();
    return;
  }
  const side = aside(event);
  const moved = side !== null && enter(side === "left" ? column.previousElementSibling : column.nextElementSibling);
  if (event.key === "Escape" && !moved) onClose();
  if (moved || event.key === "Escape") event.preventDefault();
}

/** Browsers press no button by Alt Enter. */
export function pressed(event: KeyboardEvent<HTMLElement>): void {
  const target = event.target as HTMLElement;
  event.preventDefault();
  if (target.matches("button")) target.click();
  else target.closest("form")?.requestSubmit();
}
