import { dayPlus, nextMonday, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { usePhone } from "../ui/hooks";
import { Icon } from "../ui/Icon";

const FAR = 14;

/** One touch for the usual days, a calendar for the others. */
export function NextStep({ value, onChange, label }: { value: string; onChange: (day: string) => void; label?: string }) {
  const t = useT();
  const phone = usePhone();
  const text = label ?? t("follow.next");
  const { language } = usePreferences();
  const days = [
    { day: dayPlus(1), text: t("follow.tomorrow") },
    { day: dayPlus(3), text: t("follow.in3") },
    { day: nextMonday(), text: t("follow.monday") },
    ...(phone ? [{ day: dayPlus(FAR), text: t("follow.in14") }] : []),
  ].filter((each, at, all) => all.findIndex((one) => one.day === each.day) === at);
  const other = value !== "" && !days.some((each) => each.day === value);
  return (
    <div className="row g6 wrap next" role="group" aria-label={text}>
      <span className="md ink2">{text}</span>
      <div className="days">
        {days.map((each) => (
          <button
            key={each.day}
            type="button"
            className={`chip q${value === each.day ? " on" : ""}`}
            aria-pressed={value === each.day}
            onClick={() => onChange(value === each.day ? "" : each.day)}
          >
            {each.text}
          </button>
        ))}
        <label className={`chip q over-input${other ? " on" : ""}`} title={t("follow.pick")}>
          <Icon name="cal" size={14} />
          {other && shortDay(value, language)}
          <input
            type="date"
            aria-label={t("follow.pick")}
            min={dayPlus(0)}
            value={other ? value : ""}
            onClick={(event) => "showPicker" in event.currentTarget && event.currentTarget.showPicker()}
            onChange={(event) => onChange(event.target.value)}
          />
        </label>
      </div>
    </div>
  );
}
