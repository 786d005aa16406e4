import { useState } from "react";

import type { Control } from "../ui/Field";

interface Props {
  control: Control;
  text: string;
  placeholder: string;
  autoFocus?: boolean | undefined;
  options: { id: string; title: string }[];
  onType: (text: string) => void;
  onPick: (id: string) => void;
}

/** A field with the values that what is typed may mean. */
export function Suggestions({ control, text, placeholder, autoFocus, options, onType, onPick }: Props) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const listId = `${control.id}-list`;
  const pick = (id: string | undefined) => {
    if (id === undefined) return;
    onPick(id);
    setOpen(false);
  };
  return (
    <div style={{ position: "relative", flex: 1 }}>
      <input
        {...control}
        className={`in${control["aria-invalid"] ? " bad" : ""}`}
        autoComplete="off"
        autoFocus={autoFocus}
        role="combobox"
        aria-expanded={open && options.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        placeholder={placeholder}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          onType(event.target.value);
          setOpen(true);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || !open || options.length === 0) return;
          if (event.key === "ArrowDown") setAt(Math.min(at + 1, options.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (event.key === "Enter") pick(options[at]?.id);
          else if (event.key === "Escape") setOpen(false);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {open && options.length > 0 && (
        <div id={listId} role="listbox" className="menu float scroll sugg">
          {options.map((each, place) => (
            <button
              key={each.id}
              type="button"
              role="option"
              aria-selected={place === at}
              tabIndex={-1}
              className={`mi${place === at ? " on" : ""}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(each.id)}
            >
              <span className="el">{each.title}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
