import { useT, type Key } from "../i18n/translate";
import { Chip } from "../records/Value";
import { COLORS } from "../records/colors";

interface Props {
  value: string;
  onChange: (color: string) => void;
}

/** The palette, each colour with its name. */
export function ColorField({ value, onChange }: Props) {
  const t = useT();
  return (
    <div className="row wrap" style={{ accentColor: "var(--accent)", gap: "0 16px" }} role="radiogroup" aria-label={t("choices.color")}>
      {COLORS.map((each) => (
        <label key={each} className="row g6 pick">
          <input type="radio" name="color" checked={each === value} onChange={() => onChange(each)} />
          <Chip color={each} text={t(`color.${each}` as Key)} />
        </label>
      ))}
    </div>
  );
}
