import { fullDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { useDoneToday } from "./useToday";

interface Props {
  scope: string | undefined;
  /** The day of the service, in the zone of the reader. */
  date: string | undefined;
  /** Before the answer has come there is nothing to say of the day. */
  known: boolean;
  late: number;
  due: number;
  stuck: number;
}

/** The day, what there is to do in a sentence, and how much of it is done. */
export function Heading({ scope, date, known, late, due, stuck }: Props) {
  const { language } = usePreferences();
  const done = useDoneToday(scope, date);
  return (
    <div className="hero">
      <div className="col sp">
        <h2 className="name">{fullDay(date ?? new Date(), language)}</h2>
        <Sentence {...{ known, late, due, stuck }} />
      </div>
      {done !== null && done + late + due > 0 && <Ring done={done} all={done + late + due} />}
    </div>
  );
}

export function Sentence({ known, late, due, stuck }: Pick<Props, "known" | "late" | "due" | "stuck">) {
  const t = useT();
  if (!known) return <p className="ink2">…</p>;
  const parts = [
    late > 0 && <span key="late" className="red">{t("today.late", { n: late })}</span>,
    due > 0 && <span key="due">{t("today.due", { n: due })}</span>,
    late + due === 0 && <span key="none">{t("today.nothing")}</span>,
    stuck > 0 && <span key="stuck" className="amber">{t("today.stuckCount", { n: stuck })}</span>,
  ].filter((each) => each !== false);
  return <p className="ink2">{parts.flatMap((each, at) => (at === 0 ? [each] : [t("today.comma"), each]))}</p>;
}

const RADIUS = 18;
const ROUND = 2 * Math.PI * RADIUS;

function Ring({ done, all }: { done: number; all: number }) {
  const t = useT();
  const circle = { cx: 22, cy: 22, r: RADIUS, fill: "none", strokeWidth: 5 };
  return (
    <div className="ring">
      <svg width="44" height="44" viewBox="0 0 44 44" aria-hidden="true">
        <circle {...circle} stroke="var(--c4)" />
        {done > 0 && <circle {...circle} stroke="var(--c1)" strokeLinecap="round" strokeDasharray={`${(done / all) * ROUND} ${ROUND}`} transform="rotate(-90 22 22)" />}
      </svg>
      <span>
        <b>{t("record.place", { n: done, total: all })}</b>
        <span className="mut sm">{t("today.doneToday")}</span>
      </span>
    </div>
  );
}
