import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useState } from "react";

import { idOf, list, type Resource, type Row, search } from "../api/resources";
import { useT } from "../i18n/translate";
import type { Control } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { Listbox, useListbox } from "../ui/Listbox";
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
  const { data: found = [], isPending, isPlaceholderData } = useCandidates(to, text);
  const ready = !isPending && !isPlaceholderData;
  // Enter came before the hits of what is typed.
  const [wanted, setWanted] = useState(false);
  const { open, setOpen, at, toFirst, pick, onKey } = useListbox(found, ({ id, title }) => onChange({ id, title }));
  useEffect(() => {
    if (!wanted || !ready) return;
    setWanted(false);
    pick(found[0]);
  }, [wanted, ready, pick, found]);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const typed = event.currentTarget.value.trim();
    const early = event.key === "Enter" && !event.nativeEvent.isComposing && (typed !== text || !ready);
    setWanted(early);
    if (early) setText(typed);
    if (early || onKey(event)) event.preventDefault();
  };
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
          onBlur={() => setOpen(false)}
          onSearch={(next) => {
            setText(next);
            toFirst();
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {open && (
        <Listbox id={listId} options={found} at={at} onPick={pick}>
          {found.length === 0 && <div className="ml">{t("form.noHits", { q: text })}</div>}
        </Listbox>
      )}
    </div>
  );
}
