import { daysFrom } from "../format/dates";
import { useT } from "../i18n/translate";

const WEEKS = 12;
const BAR = 7;
const HEIGHT = 18;
/** No activity is a line, so that it can be seen that there was none. */
const FLAT = 2;

/** How many in each of the last weeks, the newest last; null if older ones than those that are known may count. */
export function weeksOf(times: string[], total: number): number[] | null {
  const counts = Array.from({ length: WEEKS }, () => 0);
  let older = false;
  for (const time of times) {
    const week = WEEKS - 1 - Math.floor(-daysFrom(time) / 7);
    if (week < 0) older = true;
    else if (week < WEEKS) counts[week] = (counts[week] ?? 0) + 1;
  }
  return older || times.length >= total ? counts : null;
}

export function Weeks({ counts }: { counts: number[] }) {
  const t = useT();
  const most = Math.max(1, ...counts);
  return (
    <svg className="weeks" width={WEEKS * (BAR + 2)} height={HEIGHT} role="img" aria-label={t("record.weeksText", { list: counts.join(", ") })}>
      {counts.map((count, at) => {
        const tall = count === 0 ? FLAT : Math.max(4, Math.round((count / most) * HEIGHT));
        return <rect key={at} x={at * (BAR + 2)} y={HEIGHT - tall} width={BAR} height={tall} rx={1} className={count === 0 ? "none" : ""} />;
      })}
    </svg>
  );
}
