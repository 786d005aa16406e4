import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";

import { listenForPalette } from "./palette/opening";
import { App } from "./shell/App";
import { Boundary } from "./ui/Boundary";
import { UiProvider } from "./ui/Provider";
import { registerWorker } from "./worker/register";

const queries = new QueryClient({
  mutationCache: new MutationCache(),
  // Repetition and waiting are the business of api/http.ts, which knows what the service asks for.
  defaultOptions: { queries: { retry: false, staleTime: 20_000 }, mutations: { retry: false, networkMode: "always" } },
});

const base = new URL(document.baseURI).pathname.replace(/\/$/, "");

listenForPalette();

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Router base={base}>
        <UiProvider>
          <Boundary>
            <App />
          </Boundary>
        </UiProvider>
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);

// After the first screen, which it would compete with.
window.addEventListener("load", () => window.setTimeout(() => void registerWorker(), 1000));
