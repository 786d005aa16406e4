import { useEffect, useRef } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";

import { useT } from "../i18n/translate";
import { useOutbox } from "../outbox/useOutbox";
import { open, useLayers } from "../state/layers";
import { chunk, screen } from "../ui/chunk";
import { useKeys, usePhone } from "../ui/hooks";
import { BottomBar } from "./BottomBar";
import { Elsewhere } from "./Elsewhere";
import { Notices } from "./Notices";
import { KEYS_WITHIN, PLACES } from "./places";
import { Sidebar } from "./Sidebar";

const Today = screen(() => import("../today/TodayPage"));
const Customers = screen(() => import("../customers/CustomersPage"));
const Customer = screen(() => import("../customers/CustomerPage"));
const Contacts = screen(() => import("../contacts/ContactsPage"));
const Deals = screen(() => import("../deals/DealsPage"));
const Deal = screen(() => import("../deals/DealPage"));
const Contracts = screen(() => import("../contracts/ContractsPage"));
const Contract = screen(() => import("../contracts/ContractPage"));
const FollowUps = screen(() => import("../followups/FollowUpsPage"));
const Tasks = screen(() => import("../tasks/TasksPage"));
const Reports = screen(() => import("../reports/ReportsPage"));
const RecycleBin = screen(() => import("../recyclebin/RecycleBinPage"));
const Notifications = screen(() => import("../notifications/NotificationsPage"));
const Settings = screen(() => import("../settings/SettingsArea"));
const Palette = chunk(() => import("../palette/Palette"));
const FollowUpDialog = chunk(() => import("../followups/FollowUpDialog"));
const Outbox = chunk(() => import("../outbox/OutboxDialog"));
const Shortcuts = chunk(() => import("./Shortcuts"));

const WANTED_NEXT = [Palette, FollowUpDialog, Outbox, Today, Customers, Customer, Deals, Deal, Contracts, Contract];
const GO_WITHIN = 1000;
const PRELOAD_AFTER = 1500;

/** What is wanted next is fetched once the first screen stands. */
function usePreload(): void {
  useEffect(() => {
    const timer = window.setTimeout(() => {
      // Without a network they are fetched when they are wanted.
      if (!navigator.onLine) return;
      void Promise.allSettled(WANTED_NEXT.map((each) => each.preload()));
    }, PRELOAD_AFTER);
    return () => window.clearTimeout(timer);
  }, []);
}

/** The keys that act on every page: the list of keys, G and a letter. */
function useShellKeys(): void {
  const [, go] = useLocation();
  const pressed = useRef(0);
  const places = Object.fromEntries(
    [...PLACES.map(({ key, path }) => [key, path] as const), ...Object.entries(KEYS_WITHIN)].map(([key, path]) => [
      key,
      () => {
        if (Date.now() - pressed.current > GO_WITHIN) return false;
        pressed.current = 0;
        go(path);
        return true;
      },
    ]),
  );
  useKeys({
    ...places,
    g: () => (pressed.current = Date.now()),
    "?": () => open({ keys: true }),
  });
}

function Pages() {
  return (
    <Switch>
      <Route path="/today" component={Today} />
      <Route path="/customers" component={Customers} />
      <Route path="/customers/:id">{({ id }) => <Customer key={id} id={id} />}</Route>
      <Route path="/contacts" component={Contacts} />
      <Route path="/deals" component={Deals} />
      <Route path="/deals/:id">{({ id }) => <Deal key={id} id={id} />}</Route>
      <Route path="/contracts" component={Contracts} />
      <Route path="/contracts/:id">{({ id }) => <Contract key={id} id={id} />}</Route>
      <Route path="/follow-ups" component={FollowUps} />
      <Route path="/tasks" component={Tasks} />
      <Route path="/reports" component={Reports} />
      <Route path="/recycle-bin" component={RecycleBin} />
      <Route path="/notifications" component={Notifications} />
      <Route path="/settings/*?" component={Settings} />
      <Route path="/">{() => <Redirect to="/today" replace />}</Route>
      <Route path="/signin">{() => <Redirect to="/today" replace />}</Route>
      <Route component={Elsewhere} />
    </Switch>
  );
}

export function Shell() {
  const t = useT();
  const phone = usePhone();
  const layers = useLayers();
  useShellKeys();
  usePreload();
  useOutbox();
  return (
    <div className="app">
      <a className="sr" href="#content">
        {t("nav.skip")}
      </a>
      {!phone && <Sidebar />}
      <main className="main" id="content">
        <Notices />
        <Pages />
      </main>
      {phone && <BottomBar />}
      {layers.palette && <Palette />}
      {layers.follow !== null && <FollowUpDialog of={layers.follow} />}
      {layers.outbox && <Outbox />}
      {layers.keys && <Shortcuts />}
    </div>
  );
}
