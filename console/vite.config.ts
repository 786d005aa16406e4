import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// The service that `make console-dev` talks to.
const service = process.env["CRM_SERVICE"] ?? "http://127.0.0.1:8001";

/** Writes the service worker with the names of what it keeps: other content, other names, another worker. */
function worker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css)$/.test(name)).sort();
      const text = readFileSync(new URL("src/worker/sw.js", import.meta.url), "utf-8");
      const version = createHash("sha256").update(files.join("\n") + text).digest("hex").slice(0, 16);
      const source = text.replace("__FILES__", JSON.stringify(files)).replace("__VERSION__", version);
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

export default defineConfig(({ command }) => ({
  // Relative in the build: the service works under any prefix of a gateway.
  base: command === "build" ? "./" : "/console/",
  plugins: [react(), worker()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    // The web views of enterprise messengers are often this old.
    target: "chrome87",
    assetsInlineLimit: 0,
    // The notices of what is bundled travel with it.
    license: { fileName: "licences.md" },
    reportCompressedSize: false,
  },
  server: { proxy: { "^/(?!console)": service } },
}));
