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
  onRun: () => void;
}

export function PaletteRow({ id, entry, selected, onRun }: Props) {
  const t = useT();
  const names = useNames();
  return (
    <button id={id} type="button" role="option" tabIndex={-1} aria-selected={selected} className="hit" onClick={onRun}>
      {entry.type === "customer" && <Company name={entry.title} />}
      {entry.type === "contact" && <Person id={entry.title} />}
      {entry.icon && <Icon name={entry.icon} />}
      <span className="el">{entry.hit ? <Marked hit={entry.hit} /> : entry.title}</span>
      {entry.hit?.subtitle && <span className="md mut el sp">{entry.hit.subtitle}</span>}
      {!entry.hit?.subtitle && <span className="sp" />}
      {selected ? (
        <span className="row g6 sm ink2">
          <kbd>↵</kbd> {t("action.open")}
        </span>
      ) : (
        entry.hit?.ownerId && <span className="sm mut">{names(entry.hit.ownerId)}</span>
      )}
    </button>
  );
}
