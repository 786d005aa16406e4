import { clock, isoDay, shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { Icon } from "../ui/Icon";

/** Now, unless the reader says when it was. */
export function WhenChip({ value, onChange }: { value: string | undefined; onChange: (at: string | undefined) => void }) {
  const t = useT();
  const { language } = usePreferences();
  const now = new Date();
  const local = (time: Date) => `${isoDay(time)}T${clock(time.toISOString())}`;
  return (
    <label className={`chip q over-input${value ? " on" : ""}`}>
      <Icon name="clock" size={14} />
      {value ? `${shortDay(value, language)} ${clock(value)}` : t("follow.now")}
      <input
        type="datetime-local"
        aria-label={t("follow.when")}
        max={local(now)}
        value={value ? local(new Date(value)) : ""}
        onClick={(event) => "showPicker" in event.currentTarget && event.currentTarget.showPicker()}
        onChange={(event) => onChange(event.target.value === "" ? undefined : new Date(event.target.value).toISOString())}
      />
    </label>
  );
}
