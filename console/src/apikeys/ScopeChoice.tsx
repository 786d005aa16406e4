import { useT } from "../i18n/translate";
import { SCOPES, type Scope, wordsOf } from "./useKeys";

interface Props {
  /** The scopes of the reader: nobody gives away what they do not have. */
  held: string[];
  value: Scope[];
  onChange: (scopes: Scope[]) => void;
}

export function ScopeChoice({ held, value, onChange }: Props) {
  const t = useT();
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <legend className="lab">{t("keys.scopes")}</legend>
      <div className="col">
        {SCOPES.filter((each) => held.includes(each)).map((scope) => (
          <label key={scope} className="row g8 pick">
            <input
              type="checkbox"
              className="cb"
              checked={value.includes(scope)}
              onChange={(event) => onChange(SCOPES.filter((each) => (each === scope ? event.target.checked : value.includes(each))))}
            />
            <span className="sp">{t(wordsOf(scope) ?? "keys.scopes")}</span>
            <code className="sm mut">{scope}</code>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
