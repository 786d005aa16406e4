import { Link, useLocation } from "wouter";

import { type Key, useT } from "../i18n/translate";
import { Icon, type IconName } from "../ui/Icon";
import { CreateMenu } from "./CreateMenu";

interface Tab {
  path: string;
  label: Key;
  icon: IconName;
}

const LEFT: Tab[] = [
  { path: "/today", label: "nav.today", icon: "today" },
  { path: "/customers", label: "nav.customers", icon: "building" },
];
const RIGHT: Tab[] = [
  { path: "/deals", label: "nav.deals", icon: "deal" },
  { path: "/settings", label: "nav.me", icon: "user" },
];

function TabLink({ tab }: { tab: Tab }) {
  const t = useT();
  const [path] = useLocation();
  const on = path.startsWith(tab.path);
  return (
    <Link href={tab.path} className={`tb${on ? " on" : ""}`} aria-current={on ? "page" : undefined}>
      <Icon name={tab.icon} size={20} />
      {t(tab.label)}
    </Link>
  );
}

/** Their pages have what is done with the record in its place. */
const RECORD = /^\/(customers|deals|contracts)\/./;

export function BottomBar() {
  const t = useT();
  const [path] = useLocation();
  if (RECORD.test(path)) return null;
  return (
    <nav className="tbar" aria-label={t("nav.label")}>
      {LEFT.map((tab) => (
        <TabLink key={tab.path} tab={tab} />
      ))}
      <CreateMenu
        button={({ toggle }) => (
          <button type="button" className="fab" aria-label={t("nav.create")} onClick={toggle}>
            <Icon name="plus" size={20} />
          </button>
        )}
      />
      {RIGHT.map((tab) => (
        <TabLink key={tab.path} tab={tab} />
      ))}
    </nav>
  );
}
