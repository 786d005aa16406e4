import { useEffect, useState } from "react";
import { Link } from "wouter";

import { fullDay } from "../format/dates";
import { type Key, useT } from "../i18n/translate";
import { PhoneBell } from "../notifications/Bell";
import { useColleagues } from "../people/useNames";
import { open } from "../state/layers";
import { usePreferences } from "../state/preferences";
import { Button, IconButton, Segments } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { Icon } from "../ui/Icon";
import { Sentence } from "./Heading";
import type { Whose } from "./useWhose";

const MINUTE = 60_000;

export function TodayHead({ whose, updatedAt }: { whose: Whose; updatedAt: number }) {
  const t = useT();
  return (
    <header className="top hide-phone">
      <h1>{t("nav.today")}</h1>
      <Scopes whose={whose} />
      <span className="sp" />
      <Updated at={updatedAt} />
      {whose.caller?.user && (
        <Link href="/settings/me" className="btn gh">
          <Icon name="cal" />
          {t("calendar.title")}
        </Link>
      )}
      <Button look="primary" icon="plus" hint="N" onClick={() => whose.setAdding(true)}>
        {t("form.new", { what: t("type.task") })}
      </Button>
    </header>
  );
}

interface Counts {
  known: boolean;
  date: string | undefined;
  late: number;
  due: number;
  stuck: number;
}

/** On the phone the day is the title. */
export function PhoneHead({ whose, date, ...counts }: Counts & { whose: Whose }) {
  const t = useT();
  const { language } = usePreferences();
  return (
    <header className="phd">
      <div className="col sp">
        <h1 className="name">{fullDay(date ?? new Date(), language)}</h1>
        <Sentence {...counts} />
        <Scopes whose={whose} />
      </div>
      <IconButton icon="search" label={t("nav.search")} onClick={() => open({ palette: true })} />
      <PhoneBell />
    </header>
  );
}

/** One's own day or that of others, for those who see it. */
function Scopes({ whose: { caller, scopes, scope, setScope } }: { whose: Whose }) {
  const t = useT();
  const people = useColleagues();
  if (scopes.length > 1) {
    return <Segments label={t("today.whose")} value={scope ?? "own"} options={scopes.map((value) => ({ value, label: t(`today.${value}` as Key) }))} onChange={setScope} />;
  }
  if (caller?.user !== null || caller.sees !== "all" || people.length === 0) return null;
  const chosen = people.find((each) => `user:${each.userId}` === scope);
  const item = (value: string, label: string) => ({ label, on: value === (scope ?? "all"), act: () => setScope(value) });
  return (
    <Drop
      label={t("today.whose")}
      button={({ toggle }) => (
        <button type="button" className="btn gh whose" aria-label={`${t("today.whose")}: ${chosen?.name ?? t("today.all")}`} onClick={toggle}>
          {chosen?.name ?? t("today.all")}
          <Icon name="down" size={14} />
        </button>
      )}
    >
      {(close) => <MenuList close={close} title={t("today.whose")} items={[item("all", t("today.all")), ...people.map((each) => item(`user:${each.userId}`, each.name))]} />}
    </Drop>
  );
}

function Updated({ at }: { at: number }) {
  const t = useT();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), MINUTE / 2);
    return () => window.clearInterval(timer);
  }, []);
  if (at === 0) return null;
  const minutes = Math.floor((now - at) / MINUTE);
  return <span className="mut sm nw">{minutes < 1 ? t("today.justNow") : t("today.updated", { n: minutes })}</span>;
}
