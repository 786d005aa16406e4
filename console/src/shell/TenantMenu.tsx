import { useQuery } from "@tanstack/react-query";
import { useLocation } from "wouter";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { Logo } from "../signin/Logo";
import { open } from "../state/layers";
import { prefer, usePreferences } from "../state/preferences";
import { signOut } from "../state/session";
import { Person } from "../ui/Avatar";
import { Drop, type MenuItem, MenuList } from "../ui/Drop";
import { Icon } from "../ui/Icon";
import { type Role, useActAs } from "./useActAs";

/** Whose data it is, as whom one sees it, and what concerns the whole console. */
export function TenantMenu() {
  const t = useT();
  const [, go] = useLocation();
  const { language, theme } = usePreferences();
  const { data: caller } = useQuery(whoami);
  const roles = useActAs();
  const name = caller?.tenantId ?? t("app.name");
  const dark = theme === "dark" || (theme === "system" && document.documentElement.dataset["theme"] === "dark");
  const items: MenuItem[] = [
    ...roles.map((each, at) => ({ ...(at === 0 && { group: t("signin.user") }), label: <Acting role={each} />, on: each.on, act: each.act })),
    { ...(roles.length > 0 && { group: "" }), icon: "sun", label: t(dark ? "nav.toLight" : "nav.toDark"), act: () => prefer({ theme: dark ? "light" : "dark" }) },
    { icon: "globe", label: t("palette.language"), act: () => prefer({ language: language === "zh" ? "en" : "zh" }) },
    { icon: "gear", label: t("nav.settings"), act: () => go("/settings/me") },
    { icon: "info", label: t("settings.shortcuts"), act: () => open({ keys: true }) },
    { group: "", icon: "logout", label: t("action.signOut"), act: signOut },
  ];
  return (
    <Drop
      label={name}
      button={({ open: shown, toggle }) => (
        <button type="button" className="ws" aria-haspopup="menu" aria-expanded={shown} onClick={toggle}>
          <Logo />
          <b className="el">{name}</b>
          <Icon name="updown" size={14} />
        </button>
      )}
    >
      {(close) => (
        <div className="tmenu">
          <MenuList close={close} items={items} />
        </div>
      )}
    </Drop>
  );
}

function Acting({ role }: { role: Role }) {
  return (
    <span className="row g8">
      <Person id={role.user || "*"} name={role.name} />
      <span className="el">{role.name}</span>
      <span className="sm mut nw">{role.note}</span>
    </span>
  );
}
