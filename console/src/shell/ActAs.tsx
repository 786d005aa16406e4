import { useT } from "../i18n/translate";
import { Person } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import { useActAs } from "./useActAs";

/** On the phone: as whom one looks at the tenant, where that can be chosen. */
export function ActAs() {
  const t = useT();
  const roles = useActAs();
  if (roles.length === 0) return null;
  return (
    <section aria-label={t("signin.user")}>
      <h2 className="setg">{t("signin.user")}</h2>
      <div className="card clip">
        {roles.map((each) => (
          <button key={each.user} type="button" className="li" aria-pressed={each.on} onClick={each.act}>
            <Person id={each.user || "*"} name={each.name} />
            <span className="sp">{each.name} <span className="md mut">{each.note}</span></span>
            {each.on && <Icon name="check" />}
          </button>
        ))}
      </div>
    </section>
  );
}
