import { useEffect, useState } from "react";

import { isUp, peopleOf, probe } from "../api/http";
import type { User } from "../api/schema";
import { useT } from "../i18n/translate";
import { useNotices } from "../state/notices";
import { prefer, usePreferences } from "../state/preferences";
import { type Session, signIn } from "../state/session";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Logo } from "./Logo";
import { asPerson, asWhole } from "./roles";
import { SignInForm } from "./SignInForm";

const DEMO = "demo";
/** Of the people that are offered. */
const MOST = 4;
const ANYBODY = { token: "", tenant: "", user: "" };

interface Demo {
  people: User[];
  whole: Session;
}

/** Enters without a question where that is possible; returns as whom the demo can be entered, if it can. */
async function enter(asked: boolean): Promise<Demo | null> {
  try {
    const any = { token: DEMO, tenant: DEMO, user: "" };
    if ((await probe(any)).auth === "dev") {
      const { people, teams } = await peopleOf(any);
      const whole = asWhole(DEMO, people, teams);
      if (asked) signIn(whole);
      return { people, whole };
    }
  } catch {
    // Every service but a development one refuses a made-up token.
  }
  try {
    await probe(ANYBODY);
    signIn(ANYBODY);
  } catch {
    // The gateway has no session either: the form is shown.
  }
  return null;
}

export function SignIn() {
  const t = useT();
  const [demo, setDemo] = useState<Demo | null>(null);
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
        <p className="ink2" style={{ margin: "4px 0 20px" }}>
          {t("signin.hint")}
        </p>
        <SignInForm onSignedIn={signIn} />
        <p className="sm mut" style={{ marginTop: 8 }}>
          {t("signin.session")}
        </p>
        {demo && (
          <>
            <div className="or">{t("signin.or")}</div>
            <Button className="big" icon="spark" onClick={() => signIn(demo.whole)}>
              {t("signin.demo")} <span className="md mut hide-phone">{t("signin.demoHint")}</span>
            </Button>
            {demo.people.length > 0 && (
              <p className="row g6 wrap md mut" style={{ marginTop: 12 }}>
                {t("signin.user")}
                {demo.people.slice(0, MOST).map((each) => (
                  <button key={each.userId} type="button" className="chip q" onClick={() => signIn(asPerson(DEMO, each.userId))}>
                    <Person id={each.userId} name={each.name} />
                    {each.name}
                    {each.leadOf.length > 0 && <span className="mut">{t("signin.leader")}</span>}
                  </button>
                ))}
              </p>
            )}
          </>
        )}
      </div>
      <Footer />
    </main>
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
      <Health />
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

/** Whether the service answers, before anybody types a token. */
function Health() {
  const t = useT();
  const { offline } = useNotices();
  const [up, setUp] = useState<boolean | null>(null);
  useEffect(() => {
    void isUp().then(setUp);
  }, [offline]);
  if (up === null) return null;
  return (
    <span className="row g6" role="status">
      <i className={`dot ${up ? "s5" : "s6"}`} />
      {t(up ? "signin.up" : "signin.down")}
    </span>
  );
}
