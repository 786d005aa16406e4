import { useT } from "../i18n/translate";
import { useNames } from "../people/useNames";
import { Company, Person } from "../ui/Avatar";
import { Icon } from "../ui/Icon";
import type { Entry } from "./entries";
import { Marked } from "./Marked";

interface Props {
  id: string;
  entry: Entry;
  selected: boolean;
  /** Whether a letter acts on the selected one. */
  walking: boolean;
  onRun: () => void;
}

export function PaletteRow({ id, entry, selected, walking, onRun }: Props) {
  const t = useT();
  const names = useNames();
  return (
    <button id={id} type="button" role="option" tabIndex={-1} aria-selected={selected} className="hit" onClick={onRun}>
      {entry.type === "customer" && <Company name={entry.title} />}
      {entry.type === "contact" && <Person id={entry.hit ? entry.title : entry.key} name={entry.title} />}
      {entry.icon && <Icon name={entry.icon} />}
      <span className="el">{entry.hit ? <Marked hit={entry.hit} /> : entry.title}</span>
      {entry.hit?.subtitle && <span className="md mut el sp">{entry.hit.subtitle}</span>}
      {!entry.hit?.subtitle && <span className="sp" />}
      {entry.hit?.ownerId && <span className="sm mut nw">{names(entry.hit.ownerId)}</span>}
      {selected && (
        <span className="row g6 sm ink2 nw hide-phone">
          <kbd>↵</kbd> {t("action.open")}
          {walking && entry.hit && entry.type === "customer" && (
            <>
              <kbd>L</kbd> {t("action.logFollowUp")}
            </>
          )}
        </span>
      )}
    </button>
  );
}
