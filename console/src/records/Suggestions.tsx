import type { Control } from "../ui/Field";
import { Listbox, useListbox } from "../ui/Listbox";

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
  const { open, setOpen, at, toFirst, pick, onKey } = useListbox(options, ({ id }) => onPick(id));
  const shown = open && options.length > 0;
  const listId = `${control.id}-list`;
  return (
    <div style={{ position: "relative", flex: 1 }}>
      <input
        {...control}
        className={`in${control["aria-invalid"] ? " bad" : ""}`}
        autoComplete="off"
        autoFocus={autoFocus}
        role="combobox"
        aria-expanded={shown}
        aria-controls={listId}
        aria-autocomplete="list"
        placeholder={placeholder}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          onType(event.target.value);
          setOpen(true);
          toFirst();
        }}
        onKeyDown={(event) => {
          if (!shown) return;
          const closes = event.key === "Escape" && !event.nativeEvent.isComposing;
          if (closes) setOpen(false);
          if (!closes && !onKey(event)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {shown && <Listbox id={listId} options={options} at={at} onPick={pick} />}
    </div>
  );
}
