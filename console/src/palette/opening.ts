import { layers, open } from "../state/layers";
import { session } from "../state/session";

let waits = false;
let typed = "";

/** What was typed since the key, for the input that is there now. */
export function takeTyped(): string {
  const found = typed;
  waits = false;
  typed = "";
  return found;
}

/**
 * The key of the palette acts from when the page runs: before the first screen stands, and while the
 * code of the palette is still on its way. What is typed meanwhile is for its input, and not for the page.
 */
function listen(event: KeyboardEvent): void {
  if (event.isComposing || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  const shown = layers.get().palette;
  if (mod && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (session.get().session === null) return;
    event.preventDefault();
    if (shown) return;
    waits = true;
    typed = "";
    open({ palette: true });
  } else if (waits && shown && !mod && event.key.length === 1) {
    typed += event.key;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

export function listenForPalette(): void {
  window.addEventListener("keydown", listen, true);
}
