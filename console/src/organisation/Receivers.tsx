import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Person } from "../ui/Avatar";
import { Text } from "../ui/Field";
import type { Plan } from "./handovers";

/** Who receives, and how much of it. */
export function Receivers({ plan, ids, onChange }: { plan: Plan; ids: string[]; onChange: (plan: Plan) => void }) {
  const t = useT();
  const names = useNames();
  const shares = Object.values(plan.to).reduce((sum, each) => sum + each, 0);
  const set = (id: string, share: number | null) => {
    const to = { ...plan.to };
    if (share === null) Reflect.deleteProperty(to, id);
    else to[id] = share;
    onChange({ ...plan, to });
  };
  return (
    <div role="group" aria-label={t("hand.to")}>
      <span className="lab">{t("hand.to")}</span>
      <div className="card clip">
        {ids.length === 0 && <p className="mut" style={{ padding: 12 }}>{t("hand.nobody")}</p>}
        {ids.map((id) => {
          const share = plan.to[id];
          return (
            <div key={id} className="li">
              <label className="row g8 sp">
                <input type="checkbox" className="cb" checked={share !== undefined} onChange={(event) => set(id, event.target.checked ? 1 : null)} />
                <Person id={id} name={names(id)} />
                <span className="el">{names(id)}</span>
              </label>
              {share !== undefined && (
                <>
                  <span className="sm mut">{t("hand.share", { n: Math.round((share / shares) * 100) })}</span>
                  <Text type="number" min={1} max={100} style={{ width: 72 }} aria-label={t("hand.shareOf", { name: names(id) })} value={share} onChange={(event) => set(id, Math.min(100, Math.max(1, Math.round(Number(event.target.value)) || 1)))} />
                </>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
