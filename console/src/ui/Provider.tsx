import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/CloseButton.css";
import "@mantine/core/styles/Paper.css";
import "@mantine/core/styles/Popover.css";
import "@mantine/core/styles/Overlay.css";
import "@mantine/core/styles/ModalBase.css";
import "@mantine/core/styles/Modal.css";
import "./tokens.css";
import "./layout.css";
import "./controls.css";
import "./table.css";
import "./record.css";
import "./today.css";
import "./phone.css";

import { createTheme, MantineProvider } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { setNonce } from "get-nonce";
import { type ReactNode, useEffect } from "react";

import { usePreferences } from "../state/preferences";

const theme = createTheme({ fontFamily: "inherit", respectReducedMotion: true });

/** The nonce of this page's styles; the service creates one for each response. */
const nonce = () => document.querySelector<HTMLElement>("script[nonce]")?.nonce ?? "";

// The dialogs' lock of the page's scroll bar writes its own style element.
setNonce(nonce());

export function UiProvider({ children }: { children: ReactNode }) {
  const preferences = usePreferences();
  const dark = useMediaQuery("(prefers-color-scheme: dark)");
  const system = dark ? "dark" : "light";
  const scheme = preferences.theme === "system" ? system : preferences.theme;

  useEffect(() => {
    document.documentElement.dataset["theme"] = scheme;
  }, [scheme]);
  useEffect(() => {
    document.documentElement.lang = preferences.language === "zh" ? "zh-CN" : "en";
  }, [preferences.language]);

  return (
    <MantineProvider theme={theme} forceColorScheme={scheme} getStyleNonce={nonce}>
      {children}
    </MantineProvider>
  );
}
