import { shortDay } from "../format/dates";
import { usePreferences } from "../state/preferences";
import type { Weekly } from "./useReports";

const BAR = 5;
const STEP = 7;
const HEIGHT = 18;

/** A bar for each week, this one dark; `most`: of all charts that are compared. */
export function Sparkline({ weeks, most }: { weeks: Weekly[] | null; most: number }) {
  const { language } = usePreferences();
  if (weeks === null) return <span className="mut">—</span>;
  const words = weeks.map(({ day, n }) => `${shortDay(day, language)}: ${n}`).join("\n");
  return (
    <svg className="spark" width={weeks.length * STEP - (STEP - BAR)} height={HEIGHT} role="img" aria-label={words}>
      <title>{words}</title>
      {weeks.map(({ day, n }, at) => {
        const tall = Math.max(1, Math.round((n / most) * HEIGHT));
        return <rect key={day} className={n === 0 ? "f4" : at === weeks.length - 1 ? "f1" : "f3"} x={at * STEP} y={HEIGHT - tall} width={BAR} height={tall} rx="1" />;
      })}
    </svg>
  );
}
