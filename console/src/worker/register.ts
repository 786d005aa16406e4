import { setUpdated } from "../state/notices";

/** Where the browser allows it: over HTTPS, and on this machine. */
export async function registerWorker(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    const scope = new URL("./", document.baseURI);
    const registration = await navigator.serviceWorker.register(new URL("sw.js", scope), { scope: scope.href });
    registration.addEventListener("updatefound", () => {
      const found = registration.installing;
      // The first one is no update.
      if (found === null || navigator.serviceWorker.controller === null) return;
      found.addEventListener("statechange", () => found.state === "installed" && setUpdated());
    });
  } catch {
    return; // A browser that refuses has a console that needs the network.
  }
}
