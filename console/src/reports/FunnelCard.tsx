import type { Step } from "../api/schema";
import { shortMoney } from "../format/money";
import { useLabel, useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { usePreferences } from "../state/preferences";
import { Card, Figure } from "./Card";
import type { Sheet } from "./csv";
import { all, dealsOf, quoted, within } from "./links";
import type { Span } from "./periods";
import { type Choice, useFunnel } from "./useReports";
import { ownedBy } from "./whose";

/** A bar in the middle, and the slope to the next one. */
function Slice({ size, next }: { size: number; next: number | null }) {
  const half = (part: number) => Math.max(2, part * 98);
  const [wide, small] = [half(size), half(next ?? 0)];
  return (
    <svg viewBox="0 0 200 52" height="52" preserveAspectRatio="none" aria-hidden="true">
      {next !== null && <polygon className="f4" points={`${100 - wide},42 ${100 + wide},42 ${100 + small},52 ${100 - small},52`} />}
      <rect className={next === null ? "f1" : "f2"} x={100 - wide} y="6" width={wide * 2} height="36" rx="1.5" />
      {next !== null && size < 1 && <polygon className="f4" points={`${100 - wide},0 ${100 + wide},0 ${100 + wide},6 ${100 - wide},6`} />}
    </svg>
  );
}

/** What became of the deals that were created in the period. */
export function FunnelCard({ choice, span }: { choice: Choice; span: Span }) {
  const t = useT();
  const label = useLabel();
  const { language } = usePreferences();
  const { fields } = useFields("opportunity");
  const found = useFunnel(choice, span);
  const steps = found.data?.steps ?? [];
  const first = steps[0]?.entered ?? 0;
  const options = fields.find((each) => each.name === "stage")?.options ?? [];
  const nameOf = (step: Step) => {
    const option = options.find((each) => each.value === step.stage);
    return option ? label(option.label) : step.stageName;
  };
  const owner = ownedBy("ownerId", choice);
  const listOf = (stage: string | null) => dealsOf(all(stage, within("createdAt", span), `currency = ${quoted(choice.currency)}`, owner));
  const sumOf = (stage: number) => (found.data?.data ?? []).filter((each) => each.stage === stage).reduce((sum, each) => sum + each.totalAmountCents, 0);
  const last = steps.at(-1);
  const lowest = Math.min(...steps.flatMap((each) => (each.conversionPct === null ? [] : [each.conversionPct])));
  const sheet: Sheet | null = found.data
    ? {
        name: `funnel-${choice.period}`,
        head: [t("report.stage"), t("report.entered"), t("report.advanced"), t("report.stayed"), t("report.lost"), `${t("report.conversion")} %`, t("report.half"), t("report.most")],
        rows: steps.map((step) => [nameOf(step), step.entered, step.advanced, step.open, step.lost, step.conversionPct, step.timeInStage?.p50Days ?? null, step.timeInStage?.p90Days ?? null]),
      }
    : null;
  return (
    <Card title={t("report.funnel")} hint={found.data && t("report.created", { n: first })} name="funnel" sheet={sheet} error={found.error} loading={!found.data} dim={found.isPlaceholderData} retry={() => void found.refetch()}>
      {first === 0 ? (
        <p className="mut">{t("report.nothing")}</p>
      ) : (
        <table className="rt flat fun">
          <thead>
            <tr>
              <th scope="col">{t("report.stage")}</th>
              <th scope="col" className="barcell"><span className="sr">{t("report.conversion")}</span></th>
              <th scope="col" className="n" title={t("report.enteredHow")}>{t("report.entered")}</th>
              <th scope="col" className="n hide-phone" title={t("report.stayedHow")}>{t("report.stayed")}</th>
              <th scope="col" className="n" title={t("report.halfHow")}>{t("report.half")}</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step, place) => {
              const next = steps[place + 1];
              const won = step === last;
              return (
                <tr key={step.stage}>
                  <th scope="row">
                    <span className="row g6 nw"><i className={`dot s${step.stage}`} />{nameOf(step)}</span>
                    <span className="sm mut nw" style={{ paddingLeft: 14 }}>{shortMoney(sumOf(step.stage), choice.currency, language)}</span>
                  </th>
                  <td className="barcell">
                    <Slice size={step.entered / first} next={next ? next.entered / first : null} />
                    {step.conversionPct !== null && <span className={`pill${step.conversionPct === lowest ? " amber" : ""}`} title={t("report.conversionHow", { n: step.advanced, all: step.entered })}>{Math.round(step.conversionPct)}%</span>}
                  </td>
                  <td className="n">
                    {place === 0 || won ? <Figure to={listOf(won ? `stage = ${step.stage}` : null)} title={t("report.enteredHow")}><b>{step.entered}</b></Figure> : <b title={t("report.enteredHow")}>{step.entered}</b>}
                  </td>
                  <td className="n hide-phone">{won ? <span className="mut">—</span> : <Figure to={listOf(`stage = ${step.stage}`)} title={t("report.stayedHow")}>{step.open}</Figure>}</td>
                  <td className="n" title={step.timeInStage ? t("report.times", { n: step.timeInStage.n, days: step.timeInStage.p90Days }) : ""}>
                    {step.timeInStage?.p50Days == null ? <span className="mut">—</span> : t("today.days", { n: step.timeInStage.p50Days })}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Card>
  );
}
