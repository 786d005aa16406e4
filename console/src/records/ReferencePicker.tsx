import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { idOf, list, type Resource, type Row, search } from "../api/resources";
import { useT } from "../i18n/translate";
import type { Control } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { SearchInput } from "../ui/SearchInput";
import { titleOf } from "./fields";
import type { Picked } from "./values";

interface Props {
  control: Control;
  to: Resource;
  value: Picked | null;
  onChange: (value: Picked | null) => void;
}

/** The newest records, or those that a name, pinyin or initials find. */
function useCandidates(to: Resource, text: string) {
  return useQuery({
    queryKey: [to, "pick", text],
    queryFn: async ({ signal }): Promise<Picked[]> => {
      if (text === "") {
        const page = await list(to, { pageSize: 8 }, signal);
        return page.data.map((row: Row) => ({ id: idOf(to, row), title: titleOf(to, row) }));
      }
      const groups = await search(text, signal);
      return groups.filter((each) => each.type === to).flatMap((each) => each.hits);
    },
    placeholderData: (before) => before,
  });
}

export function ReferencePicker({ control, to, value, onChange }: Props) {
  const t = useT();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const { data: found = [] } = useCandidates(to, text);
  const listId = `${control.id}-list`;

  if (value !== null) {
    return (
      <div className="in">
        <span className="sp el">{value.title}</span>
        <button type="button" id={control.id} className="ib x" aria-label={t("action.edit")} onClick={() => onChange(null)}>
          <Icon name="x" size={14} />
        </button>
      </div>
    );
  }
  const pick = (picked: Picked | undefined) => {
    if (picked === undefined) return;
    onChange({ id: picked.id, title: picked.title });
    setOpen(false);
  };
  return (
    <div style={{ position: "relative" }}>
      <div className={`in${control["aria-invalid"] ? " bad" : ""}`}>
        <Icon name="search" />
        <SearchInput
          {...control}
          role="combobox"
          aria-expanded={open}
          aria-controls={listId}
          aria-autocomplete="list"
          placeholder={t("form.pick")}
          onFocus={() => setOpen(true)}
          onBlur={() => window.setTimeout(() => setOpen(false), 150)}
          onSearch={(next) => {
            setText(next);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
            else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
            else if (event.key === "Enter") pick(found[at]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      {open && (
        <div id={listId} role="listbox" className="menu float scroll" style={{ position: "absolute", top: "calc(100% + 4px)", left: 0, right: 0, zIndex: 5, maxHeight: 260 }}>
          {found.map((each, place) => (
            <button
              key={each.id}
              type="button"
              role="option"
              aria-selected={place === at}
              tabIndex={-1}
              className={`mi${place === at ? " on" : ""}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(each)}
            >
              <span className="el">{each.title}</span>
            </button>
          ))}
          {found.length === 0 && <div className="ml">{t("form.noHits", { q: text })}</div>}
        </div>
      )}
    </div>
  );
}
