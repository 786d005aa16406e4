import "./settings.css";

import { Link, Redirect, Route, Switch, useLocation } from "wouter";

import { useT } from "../i18n/translate";
import { screen } from "../ui/chunk";
import { useNarrow } from "../ui/hooks";
import { Empty } from "../ui/States";
import { GROUPS } from "./groups";
import { SettingsHome } from "./SettingsHome";
import { MePage } from "./MePage";

const Users = screen(() => import("../organisation/UsersPage"));
const Teams = screen(() => import("../organisation/TeamsPage"));
const Handover = screen(() => import("../organisation/HandoverPage"));
const Options = screen(() => import("../choices/OptionsPage"));
const Tags = screen(() => import("../choices/TagsPage"));
const Duplicates = screen(() => import("../duplicates/DuplicatesPage"));
const Rules = screen(() => import("../duplicates/RulesPage"));
const Keys = screen(() => import("../apikeys/KeysPage"));
const Reference = screen(() => import("../reference/ReferencePage"));
const History = screen(() => import("../audit/HistoryPage"));
const Service = screen(() => import("./ServicePage"));

/** The settings: a second navigation beside one of its pages; where there is no room, one after the other. */
export default function SettingsArea() {
  const t = useT();
  const narrow = useNarrow();
  const pages = (
    <Switch>
      <Route path="/settings">{() => (narrow ? <SettingsHome /> : <Redirect to="/settings/me" replace />)}</Route>
      <Route path="/settings/me" component={MePage} />
      <Route path="/settings/users" component={Users} />
      <Route path="/settings/teams" component={Teams} />
      <Route path="/settings/handover" component={Handover} />
      <Route path="/settings/options" component={Options} />
      <Route path="/settings/tags" component={Tags} />
      <Route path="/settings/duplicates" component={Duplicates} />
      <Route path="/settings/duplicate-rules" component={Rules} />
      <Route path="/settings/api-keys" component={Keys} />
      <Route path="/settings/reference" component={Reference} />
      <Route path="/settings/history" component={History} />
      <Route path="/settings/service" component={Service} />
      <Route>{() => <Empty icon="search" title={t("record.missing")} />}</Route>
    </Switch>
  );
  if (narrow) return pages;
  return (
    <div className="area">
      <SettingsNav />
      <div className="setm">{pages}</div>
    </div>
  );
}

function SettingsNav() {
  const t = useT();
  const [path] = useLocation();
  return (
    <nav className="setn" aria-label={t("nav.settings")}>
      <p className="top">{t("nav.settings")}</p>
      <div className="scroll">
        {GROUPS.map((group) => (
          <section key={group.label} aria-label={t(group.label)}>
            <h2>{t(group.label)}</h2>
            {group.items.map((item) => (
              <Link key={item.path} href={item.path} className={item.path === path ? "on" : ""} aria-current={item.path === path ? "page" : undefined}>
                {t(item.label)}
              </Link>
            ))}
          </section>
        ))}
      </div>
    </nav>
  );
}
