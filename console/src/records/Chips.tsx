import type { Field } from "../api/resources";
import { useLabel } from "../i18n/translate";
import { colorClass } from "./colors";
import { gradeOf } from "./fields";

/** An option or a tag in its colour. One that is no longer active is struck through. */
export function Chip({ color, text, active = true }: { color: string | null; text: string; active?: boolean }) {
  return <span className={`tag ${colorClass(color)}${active ? "" : " off"}`}>{text}</span>;
}

/** In a column of many chips: a neutral background, with the colour as a dot. */
export function Tags({ field, ids, most = ids.length }: { field: Field; ids: string[]; most?: number }) {
  const label = useLabel();
  if (ids.length === 0) return <span className="mut">—</span>;
  const tags = ids.map((id) => field.options.find((each) => each.value === id));
  const hidden = tags.slice(most);
  return (
    <span className={`row g4 ${hidden.length > 0 ? "el" : "wrap"}`}>
      {tags.slice(0, most).map((tag, at) => (
        <span key={ids[at]} className={`tag n${tag?.active === false ? " off" : ""}`}>
          <i className={`dot ${colorClass(tag?.color)}`} />
          <span className="el">{tag ? label(tag.label) : "…"}</span>
        </span>
      ))}
      {hidden.length > 0 && (
        <span className="tag n" title={hidden.map((each) => (each ? label(each.label) : "…")).join("\n")}>
          +{hidden.length}
        </span>
      )}
    </span>
  );
}

/** A grade is an outlined letter, strong for the first and faint from the third on. */
export function Grade({ field, value }: { field: Field; value: unknown }) {
  const label = useLabel();
  const grade = gradeOf(field, value);
  if (grade === null) return <span className="mut">—</span>;
  return (
    <span className={`lv r${Math.min(grade.rank, 2)}`} title={label(grade.label)} role="img" aria-label={label(grade.label)}>
      {grade.letter}
    </span>
  );
}
