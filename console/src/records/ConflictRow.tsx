import type { Field } from "../api/resources";
import { useLabel } from "../i18n/translate";
import { changedIn } from "./difference";

interface Props {
  field: Field;
  /** Three texts: mine, theirs, and what it was before. */
  mine: string;
  theirs: string;
  before: string;
}

const TYPED = new Set(["text", "multilineText", "url", "email", "phone"]);

/** One field: two cards to choose from. Only the difference is underlined. */
export function ConflictRow({ field, mine, theirs, before, ofTheirs, first, onChoose }: Props & { ofTheirs: boolean; first: boolean; onChoose: (ofTheirs: boolean) => void }) {
  const label = useLabel();
  const name = label(field.label);
  return (
    <div className="cf" role="radiogroup" aria-label={name}>
      <span className="md ink2">{name}</span>
      <label className="cop">
        <input type="radio" name={field.name} checked={!ofTheirs} data-autofocus={first || undefined} onChange={() => onChoose(false)} />
        <Marked field={field} text={mine} before={before} other={theirs} />
      </label>
      <label className="cop">
        <input type="radio" name={field.name} checked={ofTheirs} onChange={() => onChoose(true)} />
        <Marked field={field} text={theirs} before={before} other={mine} />
      </label>
    </div>
  );
}

/** A field in which there is nothing to choose. */
export function SettledRow({ field, mine, theirs }: Omit<Props, "before">) {
  const label = useLabel();
  return (
    <div className="cf md">
      <span className="ink2">{label(field.label)}</span>
      <span className="cot">{mine}</span>
      <span className="cot">{theirs}</span>
    </div>
  );
}

function Marked({ field, text, before, other }: { field: Field; text: string; before: string; other: string }) {
  const [from, changed, to] = TYPED.has(field.type) ? changedIn(text, before, other) : ["", text, ""];
  return (
    <span className={field.type === "multilineText" ? "pre" : ""}>
      {from}
      {changed && <ins>{changed}</ins>}
      {to}
    </span>
  );
}
