import type { Field } from "../api/resources";
import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Time } from "../records/Value";
import { Failed } from "../ui/States";
import { useStages } from "./stages";
import { useStageHistory } from "./useStageHistory";

/** When the deal came to which stage, by whom, and how long it stayed; the newest first. */
export function StageHistory({ id, fields }: { id: string; fields: Field[] }) {
  const t = useT();
  const nameOf = useNames();
  const { open, won, lost } = useStages(fields);
  const stages = new Map([...open, won, lost].flatMap((each) => (each ? [[each.value, each.name]] : [])));
  const { steps, error, refetch } = useStageHistory(id);
  const isOpen = (stage: number) => open.some((each) => each.value === stage);
  return (
    <section aria-label={t("deal.history")}>
      <h3 className="h">{t("deal.history")}</h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {steps && steps.length > 0 && (
        <div className="card clip">
          {[...steps].reverse().map((step) => (
            <div key={step.at} className="li">
              <span className="col sp">
                <span className="stc">
                  <i className={`dot s${step.stage}`} />
                  {stages.get(step.stage)}
                </span>
                <span className="sm mut el">
                  {[step.actor && nameOf(step.actor), isOpen(step.stage) && t("deal.stuck", { n: step.days })].filter(Boolean).join(" · ")}
                </span>
              </span>
              <Time value={step.at} aged={false} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
