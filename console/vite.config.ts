import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The service that `make console-dev` talks to.
const service = process.env["CRM_SERVICE"] ?? "http://127.0.0.1:8001";

export default defineConfig(({ command }) => ({
  // Relative in the build: the service works under any prefix of a gateway.
  base: command === "build" ? "./" : "/console/",
  plugins: [react()],
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
