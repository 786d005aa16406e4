import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLocation } from "wouter";

import { whoami } from "../api/resources";
import { useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";

const GHOSTS = [168, 140, 196, 152, 176, 132, 188, 148, 164];
const NAMED = 2;

/** The beginning of a tenant: what there is to do, in order. */
export function FirstSteps() {
  const t = useT();
  const [, go] = useLocation();
  const { data: caller } = useQuery(whoami);
  const people = useColleagues();
  const administers = caller?.sees === "all" && caller.scopes.includes("crm:admin");
  const names = people.slice(0, NAMED).map((each) => each.name);
  return (
    <div className="fr1">
      <div className="gh0" aria-hidden="true">
        {GHOSTS.map((width) => (
          <div key={width} className="ghost-row">
            <i style={{ width: 16 }} />
            <i style={{ width }} />
            <span className="sp" />
            <i style={{ width: 88 }} />
          </div>
        ))}
      </div>
      <div className="fb">
        <h2 className="name">{t("first.title")}</h2>
        <p className="ink2">{t("first.hint")}</p>
        <ol className="card">
          <Step icon="building" title={t("first.customer")} hint={t("first.customerHint")}>
            <Button look="primary" onClick={() => go("/customers?new")}>
              {t("palette.newCustomer")}
            </Button>
          </Step>
          {administers && (
            <Step icon={people.length > 0 ? "check" : "users"} look={people.length > 0 ? "dn" : ""} title={t("first.people")} hint={people.length > 0 ? t("first.peopleDone", { names: names.join(t("today.and")), n: people.length }) : t("first.peopleHint")}>
              {people.length > 0 ? <span className="mut md nw">{t("first.done")}</span> : <Button onClick={() => go("/settings/users")}>{t("first.invite")}</Button>}
            </Step>
          )}
          <Step icon="pen" look="of" title={t("first.followUp")} hint={t("first.followUpHint")}>
            <Button disabled>{t("first.later")}</Button>
          </Step>
        </ol>
      </div>
    </div>
  );
}

function Step({ icon, look = "", title, hint, children }: { icon: IconName; look?: "" | "dn" | "of"; title: string; hint: string; children: ReactNode }) {
  return (
    <li className="fs">
      <span className={`fi ${look}`}>
        <Icon name={icon} size={look === "dn" ? 16 : 20} />
      </span>
      <span className="col sp">
        <b>{title}</b>
        <span className="ink2 md">{hint}</span>
      </span>
      {children}
    </li>
  );
}
