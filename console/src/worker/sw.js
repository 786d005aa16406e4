// Keeps the console's own files, so that it opens without a network. It never sees an answer of the
// API: those are outside its scope. vite.config.ts fills in the names, which change with the content.
const FILES = __FILES__;
const CACHE = "console-__VERSION__";
const SHELL = new URL("./", self.registration.scope).href;
const PATIENCE_MS = 5000;

/** The page with its policy, at any depth: its base is relative to where it was asked for. */
async function shell() {
  const response = await fetch(SHELL, { cache: "reload" });
  const text = await response.text();
  if (!response.ok || response.redirected || !text.includes('<div id="root">')) throw new Error("no page of the console");
  const page = text.replace(/<base href="[^"]*"/, `<base href="${new URL(SHELL).pathname}"`);
  const headers = new Headers(response.headers);
  // The body is no longer what these describe.
  for (const name of ["Content-Encoding", "Content-Length", "ETag"]) headers.delete(name);
  return new Response(page, { status: 200, headers });
}

async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all([shell().then((page) => cache.put(SHELL, page)), cache.addAll(FILES)]);
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("console-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

const kept = async (key) => (await caches.open(CACHE)).match(key);

const late = () => new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));

/** From the service, with a nonce of its own; what is kept stands in while the service is away. */
async function page(request) {
  const asked = fetch(request);
  try {
    const response = await Promise.race([asked, late()]);
    if (response.status < 500) return response;
    return (await kept(SHELL)) ?? response;
  } catch {
    return (await kept(SHELL)) ?? asked;
  }
}

const file = async (request) => (await kept(request)) ?? fetch(request);

// No skipWaiting: pages that are open go on with the files that they were loaded with.
self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(SHELL)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.url.startsWith(`${SHELL}assets/`)) event.respondWith(file(request));
});
