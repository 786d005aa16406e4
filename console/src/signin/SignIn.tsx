import { useEffect, useState } from "react";

import { probe } from "../api/http";
import { useT } from "../i18n/translate";
import { prefer, usePreferences } from "../state/preferences";
import { signIn } from "../state/session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { SignInForm } from "./SignInForm";

const DEMO = { token: "demo", tenant: "demo", user: "" };
const ANYBODY = { token: "", tenant: "", user: "" };

/** Enters without a question where that is possible; returns whether the demo can be entered. */
async function enter(asked: boolean): Promise<boolean> {
  try {
    const demo = await probe(DEMO);
    if (demo.auth === "dev") {
      if (asked) signIn(DEMO);
      return true;
    }
  } catch {
    // Every service but a development one refuses a made-up token.
  }
  try {
    await probe(ANYBODY);
    signIn(ANYBODY);
  } catch {
    // Nobody is signed in at a gateway either: the form asks.
  }
  return false;
}

export function SignIn() {
  const t = useT();
  const [demo, setDemo] = useState(false);
  useEffect(() => {
    const asked = new URLSearchParams(window.location.search).has("demo");
    void enter(asked).then(setDemo);
  }, []);
  return (
    <main className="si">
      <div className="sib">
        <Logo large />
        <h1 className="name" style={{ marginTop: 16 }}>
          {t("signin.title")}
        </h1>
        <p className="ink2" style={{ marginBottom: 16 }}>
          {t("signin.hint")}
        </p>
        <SignInForm onSignedIn={signIn} />
        <p className="sm mut" style={{ marginTop: 8 }}>
          {t("signin.session")}
        </p>
        {demo && (
          <>
            <div className="or">{t("signin.or")}</div>
            <Button className="big" icon="spark" onClick={() => signIn(DEMO)}>
              {t("signin.demo")} <span className="md mut">{t("signin.demoHint")}</span>
            </Button>
          </>
        )}
      </div>
      <Footer />
    </main>
  );
}

export function Logo({ large = false }: { large?: boolean }) {
  return (
    <span className={`logo${large ? " x" : ""}`}>
      <Icon name="leaf" size={large ? 20 : 16} />
    </span>
  );
}

function Footer() {
  const t = useT();
  const { language } = usePreferences();
  return (
    <footer className="sif">
      <button type="button" onClick={() => prefer({ language: language === "zh" ? "en" : "zh" })}>
        {language === "zh" ? "English" : "简体中文"}
      </button>
      <ThemeChoice />
      <span className="sp" />
      <a className="hide-phone" href="../docs">
        {t("nav.docs")}
      </a>
    </footer>
  );
}

const NEXT = { system: "light", light: "dark", dark: "system" } as const;

function ThemeChoice() {
  const t = useT();
  const { theme } = usePreferences();
  return (
    <button type="button" onClick={() => prefer({ theme: NEXT[theme] })}>
      {t(`settings.${theme}`)}
    </button>
  );
}
